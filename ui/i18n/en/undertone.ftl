### Undertone in English: sentence case, no exclamation marks, second person.

app-name = Undertone
app-tagline = Private messages from computer to computer

## Words used in many places

ok = OK
cancel = Cancel
back = Back
continue = Continue
close = Close
done = Done
later = Later
retry = Try again
save = Save
copy = Copy
copied = Copied
delete = Delete
edit = Edit
reply = Reply
react = React
block = Block
unblock = Unblock
accept = Accept
verify = Verify
review = Review
more = More
search = Search
settings = Settings
you = You
you-prefix = You: { $text }
draft-prefix = Draft: { $text }
step-of = { $step } of { $count }
unnamed = Unnamed
unknown-person = Someone new

## First start: welcome

welcome-title = Messages that stay between you
welcome-body = Undertone connects people's computers directly. There is no server that could read, keep or lose your messages.
welcome-point-encrypted = End-to-end encrypted, always
welcome-point-serverless = No account at a company, no phone number
welcome-point-yours = Your history lives on your computer only
welcome-start = Get started
welcome-language = Language

## First start: name

name-title = What should people call you?
name-body = Your contacts see this name. You can change it at any time.
name-label = Your name
name-placeholder = For example, Hana
name-empty = Enter a name.
name-too-long = That name is too long.

## First start: passphrase

passphrase-title = Choose a passphrase
passphrase-body = It locks your messages on this computer. Nobody can reset it for you, so choose something you will remember.
passphrase-label = Passphrase
passphrase-again-label = Passphrase again
passphrase-show = Show the passphrase
passphrase-hide = Hide the passphrase
passphrase-hint = Four or more unrelated words work well.
passphrase-short = Use at least { $count } characters.
passphrase-different = The two passphrases differ.
passphrase-strength = Strength: { $strength }
strength-weak = weak
strength-fair = fair
strength-good = good
strength-strong = strong

## First start: visibility

visible-title = Be visible by name to people on this network?
visible-body = If you say yes, others who use Undertone on the same network see your name and can ask to talk to you. If you say no, people need your invitation.
visible-yes = Yes, show my name here
visible-yes-hint = Good at home, at work or at an event.
visible-no = No, stay hidden
visible-no-hint = Good in cafés and on networks of strangers.
visible-choose = Choose one to go on. You can change it in settings.

## First start: recovery phrase

recovery-title = Write down your recovery phrase
recovery-body = These words are the only way back to your account if this computer is lost or you forget your passphrase. Keep them on paper, not in a file.
recovery-reveal = Show the words
recovery-hidden = Make sure nobody is looking over your shoulder.
recovery-written = I have written them down
recovery-later-note = You can do this later. Until then a reminder stays in settings.
recovery-check-title = Check two words
recovery-check-body = Type these words from what you wrote down.
recovery-check-word = Word { $number }
recovery-check-wrong = That is not the word you were shown. Look at your paper again.
recovery-check-done = Your recovery phrase is confirmed.
creating-profile = Setting up your account…

## Unlock

unlock-title = Welcome back, { $name }
unlock-title-unnamed = Welcome back
unlock-label = Passphrase
unlock-action = Unlock
unlock-working = Unlocking…
unlock-wrong = That passphrase did not open your messages. Check the keyboard language and Caps Lock, then try again.
unlock-wait = Try again in { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}.
lock-now = Lock now

## Conversations

conversations = Conversations
conversations-empty-title = No conversations yet
conversations-empty-body = Find someone on this network or invite someone with a link.
conversations-none-found = Nothing found
conversations-none-found-body = No conversation matches "{ $query }".
conversations-pick-title = Choose a conversation
conversations-pick-body = Or start a new one with someone nearby.
search-placeholder = Search
new-conversation = New conversation
new-group = New group
unread-count = { $count ->
    [one] { $count } unread message
   *[other] { $count } unread messages
}
muted = Muted
pinned = Pinned
group-members = { $count ->
    [one] { $count } member
   *[other] { $count } members
}

## People nearby and invitations

nearby-title = People nearby
nearby-body = People on this network who chose to be visible.
nearby-empty-title = Nobody is visible here
nearby-empty-body = People appear here when they use Undertone on this network and chose to be visible.
nearby-hidden-note = You are hidden, so others do not see you here.
nearby-connect = Connect
nearby-asked = Asked
invite-title = Invite someone
invite-body = Send this link over a channel you trust. Whoever opens it in Undertone can ask to talk to you.
invite-create = Create an invitation link
invite-copy = Copy the link
invite-single-use = Works once
invite-expires = Expires { $when }
add-title = Add a contact
add-body = Paste an invitation link you received.
add-label = Invitation link
add-placeholder = undertone:…
add-action = Add
add-bad-link = This is not an invitation link. Copy the whole link and paste it again.
add-done = { $name } was asked. You can write as soon as they accept.

## Contact requests

request-title = { $name } would like to talk to you
request-body = You do not know each other here yet. They cannot see whether you are online or have read their message until you accept.
request-fingerprint = Fingerprint
request-accept = Accept
request-block = Block
request-delete = Delete
request-banner = { $count ->
    [one] { $count } contact request
   *[other] { $count } contact requests
}
requests-title = Contact requests
request-sent = Waiting for { $name } to accept
block-confirm-title = Block { $name }?
block-confirm-body = They can no longer send you messages. They are not told.
delete-contact-title = Delete { $name }?
delete-contact-body = The conversation disappears from this computer. { $name } keeps their copy.
blocked-note = You blocked { $name }.

## Conversation

chat-placeholder = Message
chat-send = Send
chat-attach = Attach a file
chat-emoji = Emoji
chat-empty-title = Say hello to { $name }
chat-empty-body = Messages here are end-to-end encrypted.
chat-encrypted-note = Messages are end-to-end encrypted. Only you and { $name } can read them.
chat-group-note = Messages are end-to-end encrypted. Only members can read them.
typing-one = { $name } is typing…
typing-two = { $first } and { $second } are typing…
typing-many = Several people are typing…
presence-direct = Online, connected directly
presence-relayed = Online, through a relay
presence-offline = Offline
presence-last-seen = Last seen { $when }
state-queued = Will send when { $name } is online
state-queued-group = Will send when members are online
state-sending = Sending
state-sent = Sent
state-mailbox = Kept by a mailbox until { $name } is online
state-delivered = Delivered
state-read = Read
state-failed = Not sent
message-told = not verified
message-told-edited = not verified, edited
message-edited = edited
message-addresses = Mentions { $names }
message-addresses-you = Mentions you
chat-addresses-you = You were mentioned
mention-name = Mention { $name }
mention-all-note = Everyone in this group
chat-muted = Notifications limited
notify-title = Notifications
notify-all = All messages
notify-mentions = Only mentions
notify-mentions-note = Messages that mention you, and replies to yours
notify-none = Nothing
notify-hour = For 1 hour
notify-shift = For 8 hours
notify-good = Until I change it
notify-until = Until { $time }, then all messages again
message-deleted = This message was deleted
message-deleted-mine = You deleted this message
message-deleted-by = Deleted by { $name }
message-undecryptable = This message cannot be decrypted yet. { $name } was asked to send it again.
message-unsupported = This message needs a newer version of Undertone.
message-copy = Copy text
message-copied = Text copied
message-react-with = React with { $emoji }
message-details = Message details
message-menu = Message menu
reply-to = Reply to { $name }
reply-to-you = Reply to yourself
reply-cancel = Cancel the reply
reply-missing = The original message is not here
editing = Editing a message
edit-cancel = Cancel editing
delete-message-title = Delete this message?
delete-message-body = It is removed for you and, as soon as they connect, for everyone in this conversation. Somebody may have read or copied it already.
delete-other-title = Delete { $name }'s message for everyone?
delete-other-body = It is removed for you and, as soon as they connect, for every member of this group. Everyone sees that you deleted it.
delete-other-action = Delete for everyone
jump-newest = Newest messages
new-messages = { $count ->
    [one] { $count } new message
   *[other] { $count } new messages
}
unread-divider = New messages
reacted-by = { $names } reacted with { $emoji }
draft-too-long = This message is too long to send in one piece.

## Groups

group-title = Group name
group-title-placeholder = For example, Hiking club
group-create = Create group
group-create-body = Choose who takes part. Only members can read messages.
group-create-nobody-title = Nobody to choose yet
group-title-missing = Give the group a name
group-title-unusable = This name cannot be used
group-create-nobody = Add a contact first. Only contacts can take part.
group-people = People
group-people-search = Search people
group-people-chosen = { $count ->
    [0] Nobody chosen
   *[other] { $count } chosen
}
group-people-none = Nobody matches "{ $query }".
group-all-in = All of your contacts take part already.
group-add = Add people
group-add-action = Add
group-add-body = They see what is said from now on, nothing from before.
group-add-body-last = { $count ->
    [one] They see the last message from before, as your copy has it, and all that is said from now on.
   *[other] They see the last { $count } messages from before, as your copy has them, and all that is said from now on.
}
group-add-body-all = They see what was said before, as your copy has it, and all that is said from now on.
past-title = New members see of earlier messages
past-none = Nothing
past-last = { $count ->
    [one] The last one
   *[other] The last { $count }
}
past-all = All
before-joined = Before you joined · shared by { $name }, not verified
group-leave = Leave group
group-leave-title = Leave "{ $title }"?
group-leave-body = You will no longer get messages from this group. Messages you have stay on this computer.
group-forget = Forget this group
group-forget-title = Forget "{ $title }"?
group-forget-body = The conversation disappears from this computer, with everything that was said in it. The members keep their copies.
group-forget-action = Forget
group-remove = Remove from group
group-remove-title = Remove { $name } from the group?
group-remove-body = { $name } gets no more messages from this group, and keeps what they have.
group-remove-action = Remove
group-role-of = Role of { $name }
group-role = { $role ->
    [owner] Owner
    [admin] Admin
    [moderator] Moderator
    [read-only] Reads only
   *[member] Member
}
group-make = { $role ->
    [owner] Make owner
    [admin] Make admin
    [moderator] Make moderator
    [read-only] Allow to read only
   *[member] Make member
}
group-added-by = Added by { $name }
group-added-by-you = Added by you
group-began = Began the group
group-someone = Someone
group-member-menu = What you can do with { $name }
group-lacks = { $count ->
    [one] Lacks { $count } message
   *[other] Lacks { $count } messages
}
group-has-more = { $count ->
    [one] Has { $count } message that you lack
   *[other] Has { $count } messages that you lack
}
group-picture-replace = Replace picture…
group-picture-remove = Remove picture
group-picture-add = Add a picture
group-picture-title = Change the picture of "{ $title }"?
group-picture-body = { $file } was dropped on the window. Everybody in the group will see it.
group-picture-action = Set picture
group-verified = You have verified { $count } of { $of }
group-verified-all = You have verified everyone
group-same = Same history as you
group-empty-title = Say hello to everyone
group-closed-out = You are no longer in this group.
group-closed-read = You can read here, but not write.
group-details = Group details
history-unknown = Not known yet who has the same history
history-same = You and { $same } of { $of ->
    [one] { $of } other member
   *[other] { $of } other members
} have the same history
history-same-brief = Same history: { $same } of { $of }
history-unknown-brief = History not compared yet
history-same-all = Everyone has the same history
history-differ = Histories differ
history-lack = { $count ->
    [one] { $count } member lacks messages
   *[other] { $count } members lack messages
}
history-lacks = { $name } lacks { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
history-we-lack = { $count ->
    [one] You lack { $count } message
   *[other] You lack { $count } messages
}
history-waiting = { $count ->
    [one] { $count } message waits for its key
   *[other] { $count } messages wait for their keys
}
key-missing = { $count ->
    [one] { $count } message from { $name } cannot be read yet. Waiting for { $name }'s key
   *[other] { $count } messages from { $name } cannot be read yet. Waiting for { $name }'s key
}
key-missing-several = { $count ->
    [one] { $count } message cannot be read yet. Waiting for its key
   *[other] { $count } messages cannot be read yet. Waiting for their keys
}
state-sent-group = With some members, not with all yet
group-delivered = Delivered to everyone
group-read = Read by everyone
receipts-sent = Sent { $when }
receipts-read = { $count ->
    [one] Read by { $count } person
   *[other] Read by { $count } people
}
receipts-delivered = { $count ->
    [one] Delivered to { $count } person, not read yet
   *[other] Delivered to { $count } people, not read yet
}
receipts-waiting = { $count ->
    [one] { $count } person not reached yet
   *[other] { $count } people not reached yet
}
receipts-nobody = Nobody else took part when you sent this.
receipts-never-seen = Not seen yet
group-event-created = { $name } created the group "{ $title }"
group-event-created-you = You created the group "{ $title }"
group-event-added = { $name } added { $other }
group-event-added-by-you = You added { $other }
group-event-added-you = { $name } added you
group-event-admitted = { $name } joined with an invitation link
group-event-admitted-you = You joined with an invitation link
group-event-removed = { $name } removed { $other }
group-event-removed-by-you = You removed { $other }
group-event-removed-you = { $name } removed you
group-event-invited = { $name } made an invitation link
group-event-invited-you = You made an invitation link
group-event-uninvited = { $name } withdrew an invitation link
group-event-uninvited-you = You withdrew an invitation link
group-event-left = { $name } left
group-event-left-you = You left
group-event-renamed = { $name } renamed the group to "{ $title }"
group-event-renamed-you = You renamed the group to "{ $title }"
group-event-history = { $name } changed what new members see of earlier messages
group-event-history-you = You changed what new members see of earlier messages
group-event-pictured = { $name } changed the group's picture
group-event-pictured-you = You changed the group's picture
group-event-unpictured = { $name } removed the group's picture
group-event-unpictured-you = You removed the group's picture
group-event-rekeyed = { $name } renewed the group's keys
group-event-rekeyed-you = You renewed the group's keys
group-event-role = { $role ->
    [owner] { $name } made { $other } an owner
    [admin] { $name } made { $other } an admin
    [moderator] { $name } made { $other } a moderator
    [read-only] { $name } let { $other } only read
   *[member] { $name } made { $other } a member
}
group-event-role-by-you = { $role ->
    [owner] You made { $other } an owner
    [admin] You made { $other } an admin
    [moderator] You made { $other } a moderator
    [read-only] You let { $other } only read
   *[member] You made { $other } a member
}
group-event-role-you = { $role ->
    [owner] { $name } made you an owner
    [admin] { $name } made you an admin
    [moderator] { $name } made you a moderator
    [read-only] { $name } let you only read
   *[member] { $name } made you a member
}
group-event-role-own = { $role ->
    [owner] You are an owner now
    [admin] You are an admin now
    [moderator] You are a moderator now
    [read-only] You only read now
   *[member] You are a member now
}
group-event-unknown = The group changed. A newer version of Undertone can say how.
group-said = { $name }: { $text }

## Verifying

verify-title = Verify { $name }
verify-body = Compare these numbers with { $name }, in person or on a call. If they are the same, nobody sits between you.
verify-number = Safety number
verify-qr = Their code to scan
verify-show-qr = Let { $name } scan this code, or read the digits aloud.
verify-scan = Scan from an image…
verify-scan-hint = Choose a photo or screenshot of { $name }'s code.
verify-scan-none = No code was found in this image. Use a sharper picture that shows the whole code.
verify-match = They match
verify-match-confirm = Mark { $name } as verified
verify-no-match = They do not match
verify-result-match = The numbers match. { $name } is verified.
verify-result-different = The numbers differ. Do not send anything private. Somebody may be in between, or one of you uses an old code.
verify-undo = Remove verification
verified = Verified
not-verified = Not verified
verify-copied = Safety number copied

## A changed key

key-changed-body = This happens when { $name } sets up Undertone again or changes computers. It also happens when somebody has got hold of their recovery phrase. The safety number stays the same in both cases, so ask { $name } in person or on a call before you accept. Until then nothing is sent, and what comes from the new device waits.
key-changed-banner = { $name } writes from a new device. Sending is paused until you accept it.
compare-numbers = Compare numbers
key-changed-accept = Accept new device
key-changed-confirm = Accept the new device?
key-changed-system = { $name } writes from a new device

## Connection

offline-banner = You're offline. Messages will be sent later.
connecting-banner = Connecting…
limited-banner = No direct connection. Messages may take longer.
file-drop = Drop to send to { $name }

## Settings

settings-profile = Profile
settings-name = Name
settings-name-hint = What your contacts see.
settings-fingerprint = Fingerprint
settings-fingerprint-hint = The short form of your identity.
settings-appearance = Appearance
settings-theme = Theme
settings-theme-system = Same as the system
settings-theme-light = Light
settings-theme-dark = Dark
settings-language = Language
settings-language-hint = Takes effect at once.
settings-privacy = Privacy
settings-visible = Visible on this network
settings-visible-hint = People on the same network see your name and can ask to talk to you.
settings-motion = Reduce motion
settings-motion-hint = Nothing moves or fades.
settings-lock = Lock
settings-lock-hint = Closes your messages until you enter the passphrase.
settings-recovery = Recovery phrase
settings-recovery-reminder = You have not written down your recovery phrase yet.
settings-network = Network
settings-addresses = Addresses of this computer
settings-peers = { $count ->
    [one] Connected to { $count } device
   *[other] Connected to { $count } devices
}
settings-blocked = Blocked people
settings-blocked-none = Nobody is blocked.
settings-about = About
about-version = Version { $version }
about-body = Undertone is free software under MIT or Apache 2.0.
about-licences = Licences
about-emoji = Emoji graphics: Twemoji by Twitter and contributors, CC BY 4.0. Emoji font: Mozilla.
about-font = Typefaces: Pretendard by Kil Hyung-jin and JetBrains Mono, SIL Open Font Licence 1.1.
about-icons = Icons: Lucide and Feather, ISC and MIT.

## Languages, each in its own words

language-english = English
language-korean = 한국어

## Errors: what happened and what to do

error-unknown = Something went wrong. Try again.
error-locked = Undertone is locked. Enter your passphrase first.
error-not-found = That is not here any more.
error-bad-invite = This is not a valid invitation. Ask for a new link.
error-invite-used = This invitation was already used. Ask for a new link.
error-invite-expired = This invitation has expired. Ask for a new link.
error-own-invite = This is your own invitation. Send it to somebody else.
error-wrong-passphrase = That passphrase is not right. Try again.
error-profile-in-use = Undertone is already running with this profile. Close the other window first.
error-profile-damaged = Your data could not be read completely. Nothing was changed. Restore a backup or start again with your recovery phrase.
error-profile-newer = This profile was used with a newer version of Undertone. Install that version to open it; nothing was changed.
error-profile-exists = There is already an account here. Unlock it instead.
error-no-profile = There is no account here yet. Create one first.
error-bad-name = This name cannot be used. Choose a shorter one without special signs.
error-weak-passphrase = This passphrase is too short. Use a longer one.
error-too-large = This is too large to send. Send it in smaller parts.
error-bad-text = This message cannot be sent. Write something first.
error-not-allowed = You are not allowed to do this here.
error-blocked = You blocked this person. Unblock them first.
error-key-changed = This person writes from a new device. Accept it before you send.
error-not-accepted = This person has not accepted your request yet.
error-disk-full = There is no room left on the disk. Free some space; nothing was lost.
error-disk = The disk could not be written to. Check that it works and has room.
error-network = The network could not be used. Check your connection.
error-busy = Undertone is still busy. Try again in a moment.
error-already-member = This person already takes part.
error-group-full = This group has no room for more people.
error-stopped = Undertone has stopped in the background. Start it again.
error-picture-unreadable = This file is not a picture that can be used. Choose a PNG, JPEG or WebP.
error-picture-too-large = This picture is too large. Choose one of at most 32 MB and 64 million pixels, and no side longer than 16,384.
error-image = This image could not be read.
error-file = This file could not be read.

## Screens: coming back with a recovery phrase

restore-start = I have a recovery phrase
restore-title = Welcome back
restore-body = Type the 24 words you wrote down, with spaces between them.
restore-label = Recovery phrase
restore-placeholder = word word word …
restore-count = { $count } of { $of } words
restore-note = Your contacts come back as they write to you. Messages live only on the computers they were written on.
restore-name-title = Set up this computer

## Screens: what is waited for, and what went wrong

loading = Loading…
halted-in-use = Undertone is already open
halted-newer = A newer version is needed
halted-broken = Undertone cannot go on

## Screens: people

blocked = Blocked
chat-nobody-yet = Your conversations appear here.
chat-nothing-yet = No messages yet
requests-none = No requests
requests-none-body = People who would like to talk to you appear here.
invite-copied = Invitation copied
invite-single-use-hint = It stops working after the first person used it.
details-title = Details
details-name = Name shown to you
details-name-hint = Only you see this name. Leave it empty to use theirs.
details-remove = Delete contact
evidence-title = Keys that did not fit
evidence-equivocation = Two different lists of devices were shown as the same one
evidence-new-device = A new device was shown
evidence-rollback = An old list of devices was shown again
composer-asked = You can write as soon as { $name } accepts.
chat-emoji-put = Insert { $emoji }
settings-recovery-hint = The 24 words that bring your account back. Your passphrase is needed to see them.

## Screens: comparing

verify-again = Compare again
verify-already = You have already verified { $name }.
verify-theirs = Check { $name }'s code
verify-path = Or the path of an image
verify-path-placeholder = …/code.png
verify-typed = Or their digits
verify-typed-count = { $count } of { $of } digits
key-alarm = Somebody shows keys for { $name } that contradict what is known. Nothing was changed. Compare numbers with { $name }.

## Screens: links and the clipboard

link-title = Open this link?
link-body = It leads out of Undertone. Check that the address is what you expect.
link-disguised = The address has letters that can imitate another one.
link-open = Open in browser
phrase-copied = Copied. The clipboard is emptied in a minute.

# Links to a group

group-invite = Invite by link
group-invite-body = Whoever has the link comes in through any member they meet, also while you are away. Send it over a channel you trust.
group-invite-role = They come as
group-invite-life = The link lasts
group-invite-count = It lets in
group-invite-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
group-invite-uses = { $count ->
    [one] 1 person
   *[other] { $count } people
}
group-invite-create = Create link
group-invite-there = Links that work now
group-invite-used = { $used } of { $uses } used
group-invite-until = { $role }, until { $date }
group-invite-end = Withdraw
group-joining = Joining… waiting for a member of the group.
group-joining-stop = Stop waiting
group-joined = You are in the group now
group-refused = { $why ->
    [ended] This link was withdrawn: ask for a new one.
    [expired] This link has expired: ask for a new one.
    [used] This link has been used up: ask for a new one.
    [removed] You left this group or were removed from it: somebody has to add you.
    [full] This group has no room for more people.
   *[unable] Nobody whom this link names can let you in: ask for a new one.
}

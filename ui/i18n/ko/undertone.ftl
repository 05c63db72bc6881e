### 언더톤 한국어: 해요체, 느낌표 없이.

app-name = Undertone
app-tagline = 컴퓨터에서 컴퓨터로 바로 가는 비공개 메시지

## Words used in many places

ok = 확인
cancel = 취소
back = 뒤로
continue = 계속
close = 닫기
done = 완료
later = 나중에
retry = 다시 시도
save = 저장
copy = 복사
copied = 복사했어요
delete = 삭제
edit = 수정
reply = 답장
react = 반응
block = 차단
unblock = 차단 해제
accept = 수락
verify = 확인
review = 살펴보기
more = 더 보기
search = 검색
settings = 설정
you = 나
you-prefix = 나: { $text }
draft-prefix = 작성 중: { $text }
step-of = { $count }단계 중 { $step }단계
unnamed = 이름 없음
unknown-person = 새로운 사람

## First start: welcome

welcome-title = 우리끼리만 남는 대화
welcome-body = Undertone은 사람들의 컴퓨터를 바로 이어 줘요. 메시지를 읽거나 보관하거나 잃어버릴 서버가 없어요.
welcome-point-encrypted = 언제나 종단 간 암호화
welcome-point-serverless = 회사 계정도 전화번호도 필요 없어요
welcome-point-yours = 대화 기록은 내 컴퓨터에만 있어요
welcome-start = 시작하기
welcome-language = 언어

## First start: name

name-title = 어떤 이름으로 불러 드릴까요?
name-body = 연락처에 있는 사람들에게 보이는 이름이에요. 언제든지 바꿀 수 있어요.
name-label = 이름
name-placeholder = 예: 하나
name-empty = 이름을 입력해 주세요.
name-too-long = 이름이 너무 길어요.

## First start: passphrase

passphrase-title = 암호 문구를 정해 주세요
passphrase-body = 이 컴퓨터에 있는 메시지를 잠그는 문구예요. 아무도 대신 되찾아 줄 수 없으니 기억할 수 있는 것으로 정해 주세요.
passphrase-label = 암호 문구
passphrase-again-label = 암호 문구 다시 입력
passphrase-show = 암호 문구 보기
passphrase-hide = 암호 문구 숨기기
passphrase-hint = 서로 관계없는 단어 네 개 이상이면 좋아요.
passphrase-short = { $count }자 이상 입력해 주세요.
passphrase-different = 두 암호 문구가 서로 달라요.
passphrase-strength = 강도: { $strength }
strength-weak = 약함
strength-fair = 보통
strength-good = 좋음
strength-strong = 강함

## First start: visibility

visible-title = 이 네트워크의 사람들에게 이름을 보여 줄까요?
visible-body = 보여 주면 같은 네트워크에서 Undertone을 쓰는 사람들이 내 이름을 보고 대화를 요청할 수 있어요. 보여 주지 않으면 내 초대가 있어야 해요.
visible-yes = 네, 여기에서 이름을 보여 줄게요
visible-yes-hint = 집이나 직장, 행사장에서 좋아요.
visible-no = 아니요, 숨어 있을게요
visible-no-hint = 카페나 모르는 사람들의 네트워크에서 좋아요.
visible-choose = 하나를 골라야 계속할 수 있어요. 설정에서 바꿀 수 있어요.

## First start: recovery phrase

recovery-title = 복구 문구를 적어 두세요
recovery-body = 이 컴퓨터를 잃어버리거나 암호 문구를 잊었을 때 계정을 되찾을 수 있는 유일한 방법이에요. 파일이 아니라 종이에 적어 두세요.
recovery-reveal = 단어 보기
recovery-hidden = 어깨너머로 보는 사람이 없는지 확인해 주세요.
recovery-written = 적어 두었어요
recovery-later-note = 나중에 해도 돼요. 그때까지 설정에 알림이 남아 있어요.
recovery-check-title = 단어 두 개를 확인할게요
recovery-check-body = 적어 둔 것을 보고 이 단어들을 입력해 주세요.
recovery-check-word = { $number }번째 단어
recovery-check-wrong = 보여 드린 단어와 달라요. 적어 둔 종이를 다시 봐 주세요.
recovery-check-done = 복구 문구를 확인했어요.
creating-profile = 계정을 만들고 있어요…

## Unlock

unlock-title = { $name }님, 다시 만나서 반가워요
unlock-title-unnamed = 다시 만나서 반가워요
unlock-label = 암호 문구
unlock-action = 잠금 풀기
unlock-working = 잠금을 푸는 중이에요…
unlock-wrong = 이 암호 문구로는 열리지 않아요. 한/영 상태와 Caps Lock을 확인하고 다시 시도해 주세요.
unlock-wait = { $seconds }초 뒤에 다시 시도해 주세요.
lock-now = 지금 잠그기

## Conversations

conversations = 대화
conversations-empty-title = 아직 대화가 없어요
conversations-empty-body = 이 네트워크에서 사람을 찾거나 링크로 초대해 보세요.
conversations-none-found = 찾지 못했어요
conversations-none-found-body = "{ $query }"에 맞는 대화가 없어요.
conversations-pick-title = 대화를 골라 주세요
conversations-pick-body = 가까이 있는 사람과 새로 시작할 수도 있어요.
search-placeholder = 검색
new-conversation = 새 대화
new-group = 새 그룹
unread-count = 안 읽은 메시지 { $count }개
muted = 알림 꺼짐
pinned = 고정됨
group-members = 참여자 { $count }명

## People nearby and invitations

nearby-title = 가까이 있는 사람
nearby-body = 이 네트워크에서 이름을 보여 주기로 한 사람들이에요.
nearby-empty-title = 보이는 사람이 없어요
nearby-empty-body = 이 네트워크에서 Undertone을 쓰고 이름을 보여 주기로 한 사람이 여기에 나타나요.
nearby-hidden-note = 나는 숨어 있어서 다른 사람에게 보이지 않아요.
nearby-connect = 연결하기
nearby-asked = 요청함
invite-title = 초대하기
invite-body = 믿을 수 있는 방법으로 이 링크를 보내 주세요. Undertone에서 링크를 연 사람은 나에게 대화를 요청할 수 있어요.
invite-create = 초대 링크 만들기
invite-copy = 링크 복사
invite-single-use = 한 번만 쓸 수 있어요
invite-expires = { $when }에 만료돼요
add-title = 연락처 추가
add-body = 받은 초대 링크를 붙여 넣어 주세요.
add-label = 초대 링크
add-placeholder = undertone:…
add-action = 추가
add-bad-link = 초대 링크가 아니에요. 링크 전체를 복사해서 다시 붙여 넣어 주세요.
add-done = { $name }님에게 요청했어요. 수락하면 바로 대화할 수 있어요.

## Contact requests

request-title = { $name }님이 대화를 요청했어요
request-body = 아직 여기에서 서로 모르는 사이예요. 수락하기 전에는 내가 접속해 있는지, 메시지를 읽었는지 상대방이 알 수 없어요.
request-fingerprint = 지문
request-accept = 수락
request-block = 차단
request-delete = 삭제
request-banner = 대화 요청 { $count }건
requests-title = 대화 요청
request-sent = { $name }님이 수락하기를 기다리고 있어요
block-confirm-title = { $name }님을 차단할까요?
block-confirm-body = 더 이상 나에게 메시지를 보낼 수 없어요. 상대방에게는 알리지 않아요.
delete-contact-title = { $name }님을 삭제할까요?
delete-contact-body = 이 컴퓨터에서 대화가 사라져요. { $name }님의 기록은 그대로 남아 있어요.
blocked-note = { $name }님을 차단했어요.

## Conversation

chat-placeholder = 메시지
chat-send = 보내기
chat-attach = 파일 첨부
chat-emoji = 이모지
chat-empty-title = { $name }님에게 인사해 보세요
chat-empty-body = 여기의 메시지는 종단 간 암호화돼요.
chat-encrypted-note = 메시지는 종단 간 암호화돼요. 나와 { $name }님만 읽을 수 있어요.
chat-group-note = 메시지는 종단 간 암호화돼요. 참여자만 읽을 수 있어요.
typing-one = { $name }님이 입력하고 있어요…
typing-two = { $first }님과 { $second }님이 입력하고 있어요…
typing-many = 여러 사람이 입력하고 있어요…
presence-direct = 접속 중, 직접 연결됨
presence-relayed = 접속 중, 중계로 연결됨
presence-offline = 오프라인
presence-last-seen = { $when }에 마지막으로 접속했어요
state-queued = { $name }님이 접속하면 보낼게요
state-queued-group = 참여자가 접속하면 보낼게요
state-sending = 보내는 중
state-sent = 보냄
state-mailbox = { $name }님이 접속할 때까지 우편함에 있어요
state-delivered = 도착함
state-read = 읽음
state-failed = 보내지 못했어요
message-told = 확인되지 않음
message-told-edited = 확인되지 않음, 수정됨
message-edited = 수정됨
message-addresses = 언급: { $names }
message-addresses-you = 나를 언급한 메시지
chat-addresses-you = 나를 언급한 메시지가 있어요
mention-name = { $name } 언급하기
mention-all-note = 그룹의 모든 사람
chat-muted = 알림을 줄여 놓았어요
notify-title = 알림
notify-all = 모든 메시지
notify-mentions = 언급만
notify-mentions-note = 나를 언급하거나 내 메시지에 답한 메시지
notify-none = 받지 않기
notify-hour = 1시간 동안
notify-shift = 8시간 동안
notify-good = 다시 바꿀 때까지
notify-until = { $time }까지, 그 뒤에는 다시 모든 메시지
message-deleted = 삭제된 메시지예요
message-deleted-mine = 내가 삭제한 메시지예요
message-deleted-by = { $name }님이 삭제한 메시지예요
message-undecryptable = 아직 이 메시지를 풀 수 없어요. { $name }님에게 다시 보내 달라고 요청했어요.
message-unsupported = 이 메시지를 보려면 Undertone을 새 버전으로 바꿔야 해요.
message-copy = 텍스트 복사
message-copied = 텍스트를 복사했어요
message-react-with = { $emoji } 반응 남기기
message-details = 메시지 정보
message-menu = 메시지 메뉴
reply-to = { $name }님에게 답장
reply-to-you = 나에게 답장
reply-cancel = 답장 취소
reply-missing = 원래 메시지가 여기에 없어요
editing = 메시지 수정 중
edit-cancel = 수정 취소
delete-message-title = 이 메시지를 삭제할까요?
delete-message-body = 나에게서 지워지고, 연결되는 대로 이 대화의 모든 사람에게서도 지워져요. 이미 읽었거나 복사했을 수는 있어요.
delete-other-title = { $name }님의 메시지를 모두에게서 삭제할까요?
delete-other-body = 나에게서 지워지고, 연결되는 대로 그룹의 모든 참여자에게서도 지워져요. 내가 삭제했다는 것은 모두에게 보여요.
delete-other-action = 모두에게서 삭제
jump-newest = 최근 메시지로
new-messages = 새 메시지 { $count }개
unread-divider = 새 메시지
reacted-by = { $names }님이 { $emoji } 반응을 남겼어요
draft-too-long = 한 번에 보내기에는 메시지가 너무 길어요.

## Groups

group-title = 그룹 이름
group-title-placeholder = 예: 등산 모임
group-create = 그룹 만들기
group-create-body = 함께할 사람을 골라 주세요. 참여자만 메시지를 읽을 수 있어요.
group-create-nobody-title = 아직 고를 사람이 없어요
group-title-missing = 그룹 이름을 지어 주세요
group-title-unusable = 쓸 수 없는 이름이에요
group-create-nobody = 먼저 연락처를 추가해 주세요. 연락처에 있는 사람만 함께할 수 있어요.
group-people = 사람
group-people-search = 사람 검색
group-people-chosen = { $count ->
    [0] 고른 사람이 없어요
   *[other] { $count }명을 골랐어요
}
group-people-none = "{ $query }"에 맞는 사람이 없어요.
group-all-in = 연락처에 있는 사람이 모두 함께하고 있어요.
group-add = 사람 추가
group-add-action = 추가
group-add-body = 지금부터 하는 대화만 볼 수 있어요. 이전 대화는 보이지 않아요.
group-add-body-last = 추가된 사람은 내가 가진 이전 메시지 중 마지막 { $count }개와 지금부터의 대화를 볼 수 있어요.
group-add-body-all = 추가된 사람은 내가 가진 이전 메시지와 지금부터의 대화를 볼 수 있어요.
past-title = 새 참여자가 볼 수 있는 이전 메시지
past-none = 없음
past-last = 마지막 { $count }개
past-all = 전체
before-joined = 참여하기 전의 대화 · { $name }님이 공유함, 확인되지 않음
group-leave = 그룹 나가기
group-leave-title = "{ $title }"에서 나갈까요?
group-leave-body = 더 이상 이 그룹의 메시지를 받지 않아요. 가지고 있는 메시지는 이 컴퓨터에 남아요.
group-forget = 그룹 지우기
group-forget-title = "{ $title }"{ JOSA($title, "을/를") } 지울까요?
group-forget-body = 이 컴퓨터에서 대화와 모든 메시지가 사라져요. 참여자들의 기록은 그대로 남아 있어요.
group-forget-action = 지우기
group-remove = 그룹에서 내보내기
group-remove-title = { $name }님을 그룹에서 내보낼까요?
group-remove-body = { $name }님은 더 이상 이 그룹의 메시지를 받지 않아요. 이미 받은 메시지는 그대로 남아 있어요.
group-remove-action = 내보내기
group-role-of = { $name }님의 역할
group-role = { $role ->
    [owner] 소유자
    [admin] 관리자
    [moderator] 운영자
    [read-only] 읽기 전용
   *[member] 참여자
}
group-make = { $role ->
    [owner] 소유자로 지정
    [admin] 관리자로 지정
    [moderator] 운영자로 지정
    [read-only] 읽기 전용으로 변경
   *[member] 참여자로 변경
}
group-added-by = { $name }님이 추가함
group-added-by-you = 내가 추가함
group-began = 그룹을 만든 사람
group-someone = (알 수 없음)
group-member-menu = { $name }님에 대해 할 수 있는 일
group-lacks = 메시지 { $count }개가 없어요
group-has-more = 나에게 없는 메시지 { $count }개가 있어요
group-picture-replace = 사진 바꾸기…
group-picture-remove = 사진 지우기
group-picture-add = 사진 추가
group-picture-title = "{ $title }"의 사진을 바꿀까요?
group-picture-body = { $file } 파일을 창에 놓았어요. 그룹의 모두가 보게 돼요.
group-picture-action = 사진 설정
group-verified = { $of }명 중 { $count }명을 확인했어요
group-verified-all = 모두 확인했어요
group-same = 나와 대화 기록이 같아요
group-empty-title = 모두에게 인사해 보세요
group-closed-out = 더 이상 이 그룹에 함께하지 않아요.
group-closed-read = 이 그룹에서는 읽을 수만 있어요.
group-details = 그룹 정보
history-unknown = 대화 기록이 같은지 아직 몰라요
history-same = 나와 다른 참여자 { $of }명 중 { $same }명의 대화 기록이 같아요
history-same-brief = { $of }명 중 { $same }명과 기록이 같아요
history-unknown-brief = 기록을 아직 비교하지 못했어요
history-same-all = 모두의 대화 기록이 같아요
history-differ = 대화 기록이 서로 달라요
history-lack = 참여자 { $count }명에게 없는 메시지가 있어요
history-lacks = { $name }님에게 메시지 { $count }개가 없어요
history-we-lack = 나에게 메시지 { $count }개가 없어요
history-waiting = 메시지 { $count }개가 키를 기다리고 있어요
key-missing = { $name }님의 메시지 { $count }개는 아직 읽을 수 없어요. { $name }님의 키를 기다리고 있어요
key-missing-several = 메시지 { $count }개는 아직 읽을 수 없어요. 키를 기다리고 있어요
state-sent-group = 일부에게 도착함
group-delivered = 모두에게 도착함
group-read = 모두 읽음
receipts-sent = { $when }에 보냄
receipts-read = { $count }명이 읽음
receipts-delivered = { $count }명에게 도착, 아직 읽지 않음
receipts-waiting = { $count }명에게 아직 도착하지 않음
receipts-nobody = 이 메시지를 보낼 때 다른 참여자가 없었어요.
receipts-never-seen = 아직 접속한 적이 없어요
group-event-created = { $name }님이 "{ $title }" 그룹을 만들었어요
group-event-created-you = 내가 "{ $title }" 그룹을 만들었어요
group-event-added = { $name }님이 { $other }님을 추가했어요
group-event-added-by-you = 내가 { $other }님을 추가했어요
group-event-added-you = { $name }님이 나를 추가했어요
group-event-admitted = { $name }님이 초대 링크로 들어왔어요
group-event-admitted-you = 초대 링크로 들어왔어요
group-event-removed = { $name }님이 { $other }님을 내보냈어요
group-event-removed-by-you = 내가 { $other }님을 내보냈어요
group-event-removed-you = { $name }님이 나를 내보냈어요
group-event-invited = { $name }님이 초대 링크를 만들었어요
group-event-invited-you = 초대 링크를 만들었어요
group-event-uninvited = { $name }님이 초대 링크를 거뒀어요
group-event-uninvited-you = 초대 링크를 거뒀어요
group-event-left = { $name }님이 나갔어요
group-event-left-you = 내가 나갔어요
group-event-renamed = { $name }님이 그룹 이름을 "{ $title }"{ JOSA($title, "으로/로") } 바꿨어요
group-event-renamed-you = 내가 그룹 이름을 "{ $title }"{ JOSA($title, "으로/로") } 바꿨어요
group-event-history = { $name }님이 새 참여자에게 보이는 이전 메시지를 바꿨어요
group-event-history-you = 내가 새 참여자에게 보이는 이전 메시지를 바꿨어요
group-event-pictured = { $name }님이 그룹 사진을 바꿨어요
group-event-pictured-you = 내가 그룹 사진을 바꿨어요
group-event-unpictured = { $name }님이 그룹 사진을 지웠어요
group-event-unpictured-you = 내가 그룹 사진을 지웠어요
group-event-rekeyed = { $name }님이 그룹의 키를 새로 바꿨어요
group-event-rekeyed-you = 내가 그룹의 키를 새로 바꿨어요
group-event-role = { $role ->
    [owner] { $name }님이 { $other }님을 소유자로 지정했어요
    [admin] { $name }님이 { $other }님을 관리자로 지정했어요
    [moderator] { $name }님이 { $other }님을 운영자로 지정했어요
    [read-only] { $name }님이 { $other }님을 읽기 전용으로 바꿨어요
   *[member] { $name }님이 { $other }님을 참여자로 바꿨어요
}
group-event-role-by-you = { $role ->
    [owner] 내가 { $other }님을 소유자로 지정했어요
    [admin] 내가 { $other }님을 관리자로 지정했어요
    [moderator] 내가 { $other }님을 운영자로 지정했어요
    [read-only] 내가 { $other }님을 읽기 전용으로 바꿨어요
   *[member] 내가 { $other }님을 참여자로 바꿨어요
}
group-event-role-you = { $role ->
    [owner] { $name }님이 나를 소유자로 지정했어요
    [admin] { $name }님이 나를 관리자로 지정했어요
    [moderator] { $name }님이 나를 운영자로 지정했어요
    [read-only] { $name }님이 나를 읽기 전용으로 바꿨어요
   *[member] { $name }님이 나를 참여자로 바꿨어요
}
group-event-role-own = { $role ->
    [owner] 이제 소유자예요
    [admin] 이제 관리자예요
    [moderator] 이제 운영자예요
    [read-only] 이제 읽을 수만 있어요
   *[member] 이제 참여자예요
}
group-event-unknown = 그룹이 바뀌었어요. Undertone을 새 버전으로 바꾸면 자세히 볼 수 있어요.
group-said = { $name }: { $text }

## Verifying

verify-title = { $name }님 확인
verify-body = 직접 만나거나 통화하면서 { $name }님과 이 숫자를 비교해 주세요. 같으면 중간에 아무도 없는 거예요.
verify-number = 안전 번호
verify-qr = 상대방이 스캔할 코드
verify-show-qr = { $name }님이 이 코드를 스캔하게 하거나 숫자를 소리 내어 읽어 주세요.
verify-scan = 이미지에서 스캔…
verify-scan-hint = { $name }님의 코드가 담긴 사진이나 화면 사진을 골라 주세요.
verify-scan-none = 이 이미지에서 코드를 찾지 못했어요. 코드 전체가 선명하게 나온 사진을 써 주세요.
verify-match = 서로 같아요
verify-match-confirm = { $name }님을 확인된 사람으로 표시
verify-no-match = 서로 달라요
verify-result-match = 숫자가 같아요. { $name }님을 확인했어요.
verify-result-different = 숫자가 달라요. 사적인 내용은 보내지 마세요. 중간에 누가 있거나, 한쪽이 예전 코드를 쓰고 있을 수 있어요.
verify-undo = 확인 취소
verified = 확인됨
not-verified = 확인 안 됨
verify-copied = 안전 번호를 복사했어요

## A changed key

key-changed-body = { $name }님이 Undertone을 다시 설치하거나 컴퓨터를 바꾸면 이렇게 돼요. 누군가 { $name }님의 복구 문구를 손에 넣었을 때에도 이렇게 돼요. 두 경우 모두 안전 번호는 그대로이니, 받아들이기 전에 직접 만나거나 전화로 { $name }님에게 물어보세요. 그때까지 아무것도 보내지 않고, 새 기기에서 온 것은 기다려요.
key-changed-banner = { $name }님이 새 기기에서 메시지를 보냈어요. 받아들일 때까지 보내기를 멈춰요.
compare-numbers = 번호 비교하기
key-changed-accept = 새 기기 받아들이기
key-changed-confirm = 새 기기를 받아들일까요?
key-changed-system = { $name }님이 새 기기에서 메시지를 보냈어요

## Connection

offline-banner = 오프라인이에요. 메시지는 나중에 보낼게요.
connecting-banner = 연결하고 있어요…
limited-banner = 직접 연결되지 않아서 메시지가 늦을 수 있어요.
file-drop = 여기에 놓으면 { $name }님에게 보내요

## Settings

settings-profile = 프로필
settings-name = 이름
settings-name-hint = 연락처에 있는 사람들에게 보여요.
settings-fingerprint = 지문
settings-fingerprint-hint = 내 신원을 짧게 나타낸 거예요.
settings-appearance = 화면
settings-theme = 테마
settings-theme-system = 시스템과 같게
settings-theme-light = 밝게
settings-theme-dark = 어둡게
settings-language = 언어
settings-language-hint = 바로 적용돼요.
settings-privacy = 개인 정보
settings-visible = 이 네트워크에서 보이기
settings-visible-hint = 같은 네트워크의 사람들이 내 이름을 보고 대화를 요청할 수 있어요.
settings-motion = 움직임 줄이기
settings-motion-hint = 움직이거나 흐려지는 효과를 쓰지 않아요.
settings-lock = 잠금
settings-lock-hint = 암호 문구를 입력할 때까지 메시지를 닫아 둬요.
settings-recovery = 복구 문구
settings-recovery-reminder = 아직 복구 문구를 적어 두지 않았어요.
settings-network = 네트워크
settings-addresses = 이 컴퓨터의 주소
settings-peers = 기기 { $count }대와 연결됨
settings-blocked = 차단한 사람
settings-blocked-none = 차단한 사람이 없어요.
settings-about = 정보
about-version = 버전 { $version }
about-body = Undertone은 MIT 또는 Apache 2.0으로 배포되는 자유 소프트웨어예요.
about-licences = 라이선스
about-emoji = 이모지 그림: Twitter와 기여자들의 Twemoji, CC BY 4.0. 이모지 글꼴: Mozilla.
about-font = 글꼴: 길형진의 Pretendard와 JetBrains Mono, SIL Open Font Licence 1.1.
about-icons = 아이콘: Lucide와 Feather, ISC와 MIT.

## Languages, each in its own words

language-english = English
language-korean = 한국어

## Errors: what happened and what to do

error-unknown = 문제가 생겼어요. 다시 시도해 주세요.
error-locked = Undertone이 잠겨 있어요. 먼저 암호 문구를 입력해 주세요.
error-not-found = 더 이상 여기에 없어요.
error-bad-invite = 올바른 초대가 아니에요. 새 링크를 요청해 주세요.
error-invite-used = 이미 사용한 초대예요. 새 링크를 요청해 주세요.
error-invite-expired = 만료된 초대예요. 새 링크를 요청해 주세요.
error-own-invite = 내가 만든 초대예요. 다른 사람에게 보내 주세요.
error-wrong-passphrase = 암호 문구가 맞지 않아요. 다시 시도해 주세요.
error-profile-in-use = 이 프로필로 Undertone이 이미 실행 중이에요. 먼저 다른 창을 닫아 주세요.
error-profile-damaged = 데이터를 다 읽지 못했어요. 아무것도 바꾸지 않았어요. 백업을 되살리거나 복구 문구로 다시 시작해 주세요.
error-profile-newer = 더 새로운 버전의 Undertone에서 쓰던 프로필이에요. 그 버전을 설치하면 열 수 있어요. 아무것도 바꾸지 않았어요.
error-profile-exists = 여기에 이미 계정이 있어요. 잠금을 풀어 주세요.
error-no-profile = 아직 계정이 없어요. 먼저 만들어 주세요.
error-bad-name = 쓸 수 없는 이름이에요. 특수한 기호 없이 더 짧게 지어 주세요.
error-weak-passphrase = 암호 문구가 너무 짧아요. 더 길게 정해 주세요.
error-too-large = 너무 커서 보낼 수 없어요. 나누어 보내 주세요.
error-bad-text = 보낼 수 없는 메시지예요. 먼저 내용을 써 주세요.
error-not-allowed = 여기에서는 할 수 없는 일이에요.
error-blocked = 차단한 사람이에요. 먼저 차단을 풀어 주세요.
error-key-changed = 이 사람이 새 기기에서 메시지를 보냈어요. 보내기 전에 받아들여 주세요.
error-not-accepted = 이 사람이 아직 요청을 수락하지 않았어요.
error-disk-full = 디스크에 남은 공간이 없어요. 공간을 비워 주세요. 잃어버린 것은 없어요.
error-disk = 디스크에 쓸 수 없어요. 디스크 상태와 남은 공간을 확인해 주세요.
error-network = 네트워크를 쓸 수 없어요. 연결을 확인해 주세요.
error-busy = 아직 처리하고 있어요. 잠시 뒤에 다시 시도해 주세요.
error-already-member = 이미 함께하고 있는 사람이에요.
error-group-full = 이 그룹에는 더 들어올 자리가 없어요.
error-stopped = 뒤에서 돌던 Undertone이 멈췄어요. 다시 시작해 주세요.
error-picture-unreadable = 쓸 수 있는 사진이 아니에요. PNG, JPEG, WebP 파일을 골라 주세요.
error-picture-too-large = 사진이 너무 커요. 32MB, 6,400만 화소, 한 변 16,384픽셀을 넘지 않는 것을 골라 주세요.
error-image = 이 이미지를 읽을 수 없어요.
error-file = 이 파일을 읽을 수 없어요.

## Screens: coming back with a recovery phrase

restore-start = 복구 문구가 있어요
restore-title = 다시 만나서 반가워요
restore-body = 적어 둔 단어 24개를 띄어 써서 입력해 주세요.
restore-label = 복구 문구
restore-placeholder = 단어 단어 단어 …
restore-count = 단어 { $of }개 중 { $count }개
restore-note = 연락처는 상대가 메시지를 보내면 돌아와요. 메시지는 주고받은 컴퓨터에만 남아 있어요.
restore-name-title = 이 컴퓨터를 준비해요

## Screens: what is waited for, and what went wrong

loading = 불러오고 있어요…
halted-in-use = Undertone이 이미 열려 있어요
halted-newer = 새 버전이 필요해요
halted-broken = Undertone을 계속할 수 없어요

## Screens: people

blocked = 차단함
chat-nobody-yet = 대화가 여기에 나타나요.
chat-nothing-yet = 아직 메시지가 없어요
requests-none = 요청이 없어요
requests-none-body = 대화하고 싶어 하는 사람이 여기에 나타나요.
invite-copied = 초대 링크를 복사했어요
invite-single-use-hint = 첫 번째 사람이 사용하면 더는 쓸 수 없어요.
details-title = 상세 정보
details-name = 나에게 보이는 이름
details-name-hint = 이 이름은 나만 볼 수 있어요. 비워 두면 상대가 정한 이름을 써요.
details-remove = 연락처 삭제
evidence-title = 맞지 않았던 키
evidence-equivocation = 서로 다른 기기 목록 두 개가 같은 목록인 것처럼 왔어요
evidence-new-device = 새 기기가 나타났어요
evidence-rollback = 예전 기기 목록이 다시 왔어요
composer-asked = { $name }님이 수락하면 메시지를 보낼 수 있어요.
chat-emoji-put = { $emoji } 넣기
settings-recovery-hint = 계정을 되찾는 단어 24개예요. 보려면 암호 문구가 필요해요.

## Screens: comparing

verify-again = 다시 비교하기
verify-already = { $name }님은 이미 확인했어요.
verify-theirs = { $name }님의 코드로 확인하기
verify-path = 또는 이미지 경로
verify-path-placeholder = …/code.png
verify-typed = 또는 상대의 숫자
verify-typed-count = 숫자 { $of }개 중 { $count }개
key-alarm = 누군가 { $name }님의 것이라며 알려진 것과 다른 키를 보여 주고 있어요. 바뀐 것은 없어요. { $name }님과 숫자를 비교해 보세요.

## Screens: links and the clipboard

link-title = 이 링크를 열까요?
link-body = Undertone 밖으로 나가는 링크예요. 예상한 주소가 맞는지 확인해 주세요.
link-disguised = 다른 주소처럼 보일 수 있는 글자가 들어 있어요.
link-open = 브라우저에서 열기
phrase-copied = 복사했어요. 1분 뒤에 클립보드를 비워요.

# 그룹 링크

group-invite = 링크로 초대
group-invite-body = 링크를 가진 사람은 만난 아무 참여자를 통해서나 들어와요. 내가 없어도 돼요. 믿을 수 있는 경로로 보내세요.
group-invite-role = 들어온 사람의 역할
group-invite-life = 링크가 유효한 기간
group-invite-count = 들어올 수 있는 사람
group-invite-days = { $count }일
group-invite-uses = { $count }명
group-invite-create = 링크 만들기
group-invite-there = 지금 쓸 수 있는 링크
group-invite-used = { $uses }명 중 { $used }명이 들어왔어요
group-invite-until = { $role }, { $date }까지
group-invite-end = 거두기
group-joining = 들어가는 중… 그룹 참여자를 기다리고 있어요.
group-joining-stop = 그만 기다리기
group-joined = 이제 그룹에 들어왔어요
group-refused = { $why ->
    [ended] 거둔 링크예요. 새 링크를 받으세요.
    [expired] 기간이 지난 링크예요. 새 링크를 받으세요.
    [used] 다 쓴 링크예요. 새 링크를 받으세요.
    [removed] 이 그룹에서 나갔거나 내보내졌어요. 누군가 직접 추가해야 해요.
    [full] 이 그룹에는 더 들어갈 자리가 없어요.
   *[unable] 이 링크에 적힌 사람은 들여보낼 수 없어요. 새 링크를 받으세요.
}

//! A private group of three people, two of whom are strangers to each other.

use std::collections::BTreeSet;

use undertone::api::{
    Anchor, ChatKind, ConversationId, Event, Group, History, Mention, Message, MessageId, MessageKind,
    MessageState, NotifyMode, Role, Written,
};

use crate::support::{TestNode, befriend, eventually};

/// Hana knows Bora and Chan, who do not know each other; all three are connected and in a group that Hana began.
async fn three() -> ([TestNode; 3], ConversationId) {
    let mut hana = TestNode::new("Hana", vec![]).await;
    let mut bora = TestNode::new("Bora", hana.addresses().await).await;
    let both = [hana.addresses().await, bora.addresses().await].concat();
    let mut chan = TestNode::new("Chan", both).await;
    befriend(&mut hana, &mut bora).await;
    befriend(&mut hana, &mut chan).await;
    let members = vec![bora.account, chan.account];
    let group = hana.client.create_group("Harbour".into(), members, History::None).await.unwrap();
    assert_eq!((group.title.as_str(), group.role), ("Harbour", Some(Role::Owner)));
    for node in [&mut bora, &mut chan] {
        changed(node, |now| {
            now.chat == group.chat && now.members.len() == 3 && now.role == Some(Role::Member)
        })
        .await;
    }
    ([hana, bora, chan], group.chat)
}

/// Waits for the event that the group has become so.
async fn changed(node: &mut TestNode, wanted: impl Fn(&Group) -> bool) -> Group {
    node.event(|event| match event {
        Event::GroupChanged(now) if wanted(&now) => Some(now),
        _ => None,
    })
    .await
}

/// The next text of somebody else.
async fn received(node: &mut TestNode) -> Message {
    node.event(|event| match event {
        Event::MessageReceived { message, .. } if message.kind == MessageKind::Text => Some(message),
        _ => None,
    })
    .await
}

/// Waits for the event that a message has become so.
async fn becomes(node: &mut TestNode, wanted: impl Fn(&Message) -> bool) {
    node.event(|event| matches!(event, Event::MessageChanged(now) if wanted(&now)).then_some(())).await;
}

/// All lines, in the order in which they are shown.
async fn lines(node: &TestNode, chat: ConversationId) -> Vec<Message> {
    node.client.history(chat, Anchor::Newest, 500).await.unwrap().messages
}

/// The texts without what the program says itself.
async fn said(node: &TestNode, chat: ConversationId) -> Vec<String> {
    let texts = lines(node, chat).await.into_iter().filter(|line| line.kind == MessageKind::Text);
    texts.map(|line| line.text).collect()
}

/// Waits until a message of this node's has come as far with both others, which the message itself then tells.
async fn all_have(node: &TestNode, message: MessageId, wanted: MessageState) {
    eventually(|| async {
        let states = node.client.message_status(message).await.unwrap();
        (states.len() == 2 && states.iter().all(|at| at.state >= wanted)).then_some(())
    })
    .await;
    let chat =
        node.client.chats().await.unwrap().into_iter().find(|chat| chat.kind == ChatKind::Group).unwrap();
    let shown = lines(node, chat.chat).await.into_iter().find(|line| line.id == message).unwrap();
    assert!(shown.state >= wanted, "{:?}", shown.state);
}

/// Waits until these two show the same lines in the same order.
async fn agree(one: &TestNode, other: &TestNode, chat: ConversationId) {
    let ids = |lines: Vec<Message>| lines.into_iter().map(|line| line.id).collect::<Vec<_>>();
    eventually(|| async { (ids(lines(one, chat).await) == ids(lines(other, chat).await)).then_some(()) })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_people_talk_edit_react_delete_and_read_in_a_group() {
    let ([mut hana, mut bora, mut chan], chat) = three().await;
    let one = hana.client.send(chat, "one".into(), None).await.unwrap();
    for node in [&mut bora, &mut chan] {
        let got = received(node).await;
        assert_eq!((got.id, got.text.as_str(), got.author, got.mine), (one.id, "one", hana.account, false));
    }
    let two = bora.client.send(chat, "two".into(), Some(one.id)).await.unwrap();
    for node in [&mut hana, &mut chan] {
        let got = received(node).await;
        assert_eq!((got.id, got.reply_to, got.author), (two.id, Some(one.id), bora.account));
    }
    let three = chan.client.send(chat, "three".into(), None).await.unwrap();
    for node in [&mut hana, &mut bora] {
        assert_eq!(received(node).await.id, three.id);
    }

    chan.client.react(two.id, "👍".into(), true).await.unwrap();
    for node in [&mut hana, &mut bora] {
        becomes(node, |now| now.id == two.id && now.reactions.get("👍") == Some(&vec![chan.account])).await;
    }
    hana.client.edit(one.id, "one again".into()).await.unwrap();
    for node in [&mut bora, &mut chan] {
        becomes(node, |now| now.id == one.id && now.edited && now.text == "one again").await;
    }
    bora.client.delete(two.id).await.unwrap();
    for node in [&mut hana, &mut chan] {
        becomes(node, |now| now.id == two.id && now.deleted && now.text.is_empty()).await;
    }
    assert!(chan.client.edit(one.id, "not mine".into()).await.is_err());

    all_have(&chan, three.id, MessageState::Delivered).await;
    for node in [&hana, &bora] {
        node.client.read(chat, three.id).await.unwrap();
    }
    let mut readers = BTreeSet::new();
    while readers.len() < 2 {
        let reader = chan.event(|event| match event {
            Event::MessageState { message, account, state: MessageState::Read, .. } => {
                (message == three.id).then_some(account)
            }
            _ => None,
        });
        readers.insert(reader.await);
    }
    all_have(&chan, three.id, MessageState::Read).await;
    agree(&hana, &bora, chat).await;
    agree(&hana, &chan, chat).await;
    assert_eq!(said(&chan, chat).await, ["one again", "", "three"]);
    for node in [&hana, &bora, &chan] {
        eventually(|| async {
            let group = node.client.group(chat).await.unwrap();
            let others = group.members.iter().filter(|member| !member.me);
            others.into_iter().all(|member| member.same == Some(true) && member.connected).then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_away_finds_it_all_and_who_left_or_was_removed_gets_nothing_more() {
    let ([mut hana, mut bora, mut chan], chat) = three().await;
    hana.client.send(chat, "one".into(), None).await.unwrap();
    received(&mut chan).await;
    chan.stop().await;
    for i in 0..20 {
        hana.client.send(chat, format!("hana {i}").into(), None).await.unwrap();
        bora.client.send(chat, format!("bora {i}").into(), None).await.unwrap();
    }
    chan.dial(bora.addresses().await);
    chan.start().await;
    eventually(|| async { (said(&chan, chat).await.len() == 41).then_some(()) }).await;
    agree(&hana, &chan, chat).await;
    agree(&bora, &chan, chat).await;

    hana.client.rename_group(chat, "Pier".into()).await.unwrap();
    hana.client.set_role(chat, bora.account, Role::Admin).await.unwrap();
    changed(&mut bora, |now| now.title == "Pier" && now.role == Some(Role::Admin)).await;
    bora.client.remove_member(chat, chan.account).await.unwrap();
    changed(&mut chan, |now| now.role.is_none()).await;
    changed(&mut hana, |now| now.members.len() == 2).await;
    assert!(chan.client.send(chat, "still here?".into(), None).await.is_err());
    hana.client.send(chat, "without chan".into(), None).await.unwrap();
    bora.event(|event| match event {
        Event::MessageReceived { message: got, .. } if got.text == "without chan" => Some(()),
        _ => None,
    })
    .await;
    agree(&hana, &bora, chat).await;
    assert_eq!(said(&chan, chat).await.len(), 41);
    chan.client.forget_group(chat).await.unwrap();
    assert!(chan.client.group(chat).await.is_err());

    bora.client.leave_group(chat).await.unwrap();
    changed(&mut hana, |now| now.members.len() == 1).await;
    assert_eq!(bora.client.group(chat).await.unwrap().role, None);
    hana.restart().await;
    let group = hana.client.group(chat).await.unwrap();
    assert_eq!((group.title.as_str(), group.members.len(), group.role), ("Pier", 1, Some(Role::Owner)));
    assert_eq!(said(&hana, chat).await.last().map(String::as_str), Some("without chan"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_is_told_what_became_of_earlier_messages_and_they_go_on_changing() {
    let ([mut hana, mut bora, mut chan], _) = three().await;
    let group = hana.client.create_group("Pier".into(), vec![bora.account], History::Last(2)).await.unwrap();
    let chat = group.chat;
    changed(&mut bora, |now| now.chat == chat && now.members.len() == 2).await;
    let ours: Vec<_> = {
        let mut all = Vec::new();
        for number in 0..6 {
            all.push(hana.client.send(chat, format!("text {number}").into(), None).await.unwrap());
            received(&mut bora).await;
        }
        all
    };
    hana.client.delete(ours[5].id).await.unwrap();
    hana.client.edit(ours[4].id, "text 4 again".into()).await.unwrap();
    hana.client.edit(ours[3].id, "text 3 again".into()).await.unwrap();
    becomes(&mut bora, |now| now.id == ours[3].id && now.edited).await;
    bora.client.react(ours[3].id, "👍".into(), true).await.unwrap();
    becomes(&mut hana, |now| now.id == ours[3].id && !now.reactions.is_empty()).await;

    hana.client.add_member(chat, chan.account, Role::Member).await.unwrap();
    chan.event(|event| matches!(event, Event::GroupPast(past) if past == chat).then_some(())).await;

    // What was taken back is no message to be told of.
    let told = lines(&chan, chat).await.into_iter().filter(|line| line.kind == MessageKind::Text);
    let told: Vec<Message> = told.collect();
    assert_eq!(
        told.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(),
        ["text 3 again", "text 4 again"]
    );
    for line in &told {
        let shared = line.shared.as_ref().unwrap();
        assert_eq!((shared.account, shared.author.as_str()), (hana.account, "Hana"));
        assert!(line.edited && !line.mine && line.author == hana.account);
    }
    assert_eq!(told[0].reactions.get("👍"), Some(&vec![bora.account]));
    assert_eq!((told[0].id, told[1].id), (ours[3].id, ours[4].id));
    let row = chan.client.chats().await.unwrap().into_iter().find(|row| row.chat == chat).unwrap();
    assert_eq!(row.unread, 0);

    // They are answered, and change, as any other.
    chan.client.react(ours[4].id, "🎉".into(), true).await.unwrap();
    becomes(&mut hana, |now| now.id == ours[4].id && now.reactions.get("🎉") == Some(&vec![chan.account]))
        .await;
    bora.client.react(ours[3].id, "👍".into(), false).await.unwrap();
    becomes(&mut chan, |now| now.id == ours[3].id && now.reactions.is_empty()).await;
    hana.client.delete(ours[3].id).await.unwrap();
    becomes(&mut chan, |now| now.id == ours[3].id && now.deleted && now.text.is_empty()).await;
    hana.stop().await;
    chan.stop().await;
    chan.start().await;
    assert_eq!(said(&chan, chat).await, ["", "text 4 again"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_has_a_picture_a_moderator_and_people_who_are_addressed() {
    let ([mut hana, mut bora, mut chan], chat) = three().await;
    let picture = b"\xff\xd8\xff picture".to_vec();
    hana.client.set_picture(chat, Some(picture.clone())).await.unwrap();
    let shown = changed(&mut chan, |now| now.picture.is_some()).await.picture.unwrap();
    assert_eq!(shown.image.as_ref(), picture);
    assert!(bora.client.set_picture(chat, None).await.is_err());
    assert!(hana.client.set_picture(chat, Some(b"GIF89a".to_vec())).await.is_err());

    hana.client.set_role(chat, bora.account, Role::Moderator).await.unwrap();
    changed(&mut bora, |now| now.role == Some(Role::Moderator)).await;
    chan.client.notify(chat, NotifyMode::Mentions, None).await.unwrap();
    let written = |text: &str, mention| Written { text: text.into(), mentions: vec![mention] };
    assert!(chan.client.send(chat, written("@all", Mention::All), None).await.is_err());
    let plain = hana.client.send(chat, "for everybody".into(), None).await.unwrap();
    let to_chan = Mention::Account(chan.account);
    let named = hana.client.send(chat, written("@Chan, look", to_chan), None).await.unwrap();
    assert_eq!((named.mentions.as_slice(), named.mentions_me), ([to_chan].as_slice(), false));
    for (id, told) in [(plain.id, false), (named.id, true)] {
        let (message, notify) = chan
            .event(|event| match event {
                Event::MessageReceived { message, notify } if message.kind == MessageKind::Text => {
                    Some((message, notify))
                }
                _ => None,
            })
            .await;
        assert_eq!((message.id, message.mentions_me, notify), (id, told, told));
    }
    let row = chan.client.chats().await.unwrap().into_iter().find(|row| row.chat == chat).unwrap();
    assert_eq!((row.unread, row.mentions, row.notify), (2, 1, NotifyMode::Mentions));
    // Who is called by an edit is told, and once.
    hana.client.edit(named.id, written("@Chan, look at this", to_chan)).await.unwrap();
    hana.client.edit(plain.id, written("for @Chan too", to_chan)).await.unwrap();
    let told = chan.event(|event| match event {
        Event::MessageReceived { message, notify } => Some((message.id, notify)),
        _ => None,
    });
    assert_eq!(told.await, (plain.id, true));
    let counted = |event| match event {
        Event::ChatChanged(row) => Some((row.unread, row.mentions)).filter(|now| *now == (2, 2)),
        _ => None,
    };
    chan.event(counted).await;
    chan.client.read(chat, named.id).await.unwrap();
    let row = chan.client.chats().await.unwrap().into_iter().find(|row| row.chat == chat).unwrap();
    assert_eq!((row.unread, row.mentions), (0, 0));

    let rude = chan.client.send(chat, "rude".into(), None).await.unwrap();
    for node in [&mut hana, &mut bora] {
        node.event(|event| match event {
            Event::MessageReceived { message, .. } if message.id == rude.id => Some(()),
            _ => None,
        })
        .await;
    }
    assert!(bora.client.delete(plain.id).await.is_err());
    let gone = bora.client.delete(rude.id).await.unwrap();
    assert!(gone.deleted && gone.deleted_by == Some(bora.account) && gone.text.is_empty());
    for node in [&mut hana, &mut chan] {
        becomes(node, |now| now.id == rude.id && now.deleted_by == Some(bora.account)).await;
    }
    agree(&hana, &chan, chat).await;
    assert_eq!(said(&chan, chat).await, ["for @Chan too", "@Chan, look at this", ""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_changes_after_their_removal_does_not_show() {
    let ([mut hana, mut bora, mut chan], chat) = three().await;
    let text = chan.client.send(chat, "first".into(), None).await.unwrap();
    // Who gets both at once is told of no change.
    for node in [&mut hana, &mut bora] {
        assert_eq!(received(node).await.id, text.id);
    }
    chan.client.edit(text.id, "second".into()).await.unwrap();
    for node in [&mut hana, &mut bora] {
        becomes(node, |now| now.id == text.id && now.text == "second").await;
    }
    hana.stop().await;
    chan.client.edit(text.id, "third".into()).await.unwrap();
    becomes(&mut bora, |now| now.id == text.id && now.text == "third").await;
    bora.stop().await;
    chan.stop().await;
    // Removed by somebody who knows nothing of the last change.
    hana.start().await;
    hana.client.remove_member(chat, chan.account).await.unwrap();
    bora.dial(hana.addresses().await);
    bora.start().await;
    eventually(|| async {
        let shown = lines(&bora, chat).await.into_iter().find(|line| line.id == text.id)?;
        (shown.text == "second" && shown.edited).then_some(())
    })
    .await;
    assert_eq!(said(&hana, chat).await, ["second"]);
}

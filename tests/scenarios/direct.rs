//! Two people, two computers.

use undertone::api::{Anchor, ClientError, Event, MessageState};

use crate::support::{eventually, friends};

#[tokio::test(flavor = "multi_thread")]
async fn two_people_talk_react_edit_delete_read_and_find_it_all_after_a_restart() {
    let (mut hana, mut bora, chat) = friends().await;
    let hello = hana.client.send(chat, "hello".into(), None).await.unwrap();
    let got = bora.received().await;
    assert_eq!((got.text.as_str(), got.id, got.mine), ("hello", hello.id, false));
    hana.event(|event| match event {
        Event::MessageState { message, state: MessageState::Delivered, .. } if message == hello.id => {
            Some(())
        }
        _ => None,
    })
    .await;
    bora.client.read(chat, got.id).await.unwrap();
    hana.event(|event| match event {
        Event::MessageState { state: MessageState::Read, message, .. } if message == hello.id => Some(()),
        _ => None,
    })
    .await;
    let answer = bora.client.send(chat, "hi".into(), Some(hello.id)).await.unwrap();
    assert_eq!(hana.received().await.reply_to, Some(hello.id));
    hana.client.react(answer.id, "👍".into(), true).await.unwrap();
    bora.event(|event| match event {
        Event::MessageChanged(message) if message.reactions.contains_key("👍") => Some(()),
        _ => None,
    })
    .await;
    hana.client.edit(hello.id, "hello there".into()).await.unwrap();
    bora.event(|event| match event {
        Event::MessageChanged(message) if message.edited && message.text == "hello there" => Some(()),
        _ => None,
    })
    .await;
    bora.client.delete(answer.id).await.unwrap();
    hana.event(|event| match event {
        Event::MessageChanged(message) if message.deleted && message.text.is_empty() => Some(()),
        _ => None,
    })
    .await;
    assert!(hana.client.edit(answer.id, "not mine".into()).await.is_err());

    hana.restart().await;
    bora.restart().await;
    for node in [&hana, &bora] {
        let page = node.client.history(chat, Anchor::Newest, 50).await.unwrap();
        let texts: Vec<_> = page.messages.iter().map(|m| (m.text.as_str(), m.edited, m.deleted)).collect();
        assert_eq!(texts, [("hello there", true, false), ("", false, true)]);
        assert_eq!(node.client.chats().await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_while_the_other_is_away_comes_when_they_are_back() {
    let (mut hana, bora, chat) = friends().await;
    hana.stop().await;
    for i in 0..50 {
        bora.client.send(chat, format!("while away {i}").into(), None).await.unwrap();
    }
    assert_eq!(bora.client.status().await.unwrap().outbox, 50);
    hana.dial(bora.addresses().await);
    hana.start().await;
    eventually(|| async { (bora.client.status().await.unwrap().outbox == 0).then_some(()) }).await;
    let expected: Vec<_> = (0..50).map(|i| format!("while away {i}")).collect();
    assert_eq!(hana.texts(chat).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_texts_each_way_arrive_once_and_in_one_order() {
    let (hana, bora, chat) = friends().await;
    let (one, other) = (hana.client.clone(), bora.client.clone());
    let say = |client: undertone::api::Client, who: &'static str| async move {
        for i in 0..1000 {
            client.send(chat, format!("{who} {i}").into(), None).await.unwrap();
        }
    };
    tokio::join!(say(one, "hana"), say(other, "bora"));
    let all = |node: undertone::api::Client| async move {
        let mut texts = Vec::new();
        let mut anchor = Anchor::Newest;
        loop {
            let page = node.history(chat, anchor, 500).await.unwrap();
            let Some(first) = page.messages.first() else { break };
            anchor = Anchor::Before(first.id);
            texts.splice(0..0, page.messages.into_iter().map(|message| message.text));
            if !page.more_before {
                break;
            }
        }
        texts
    };
    for client in [&hana.client, &bora.client] {
        eventually(|| async { (client.status().await.unwrap().outbox == 0).then_some(()) }).await;
    }
    let shown = all(hana.client.clone()).await;
    assert_eq!(shown.len(), 2000);
    assert_eq!(shown, all(bora.client.clone()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_profile_answers_nothing_and_goes_on_after_unlocking() {
    let (mut hana, bora, chat) = friends().await;
    let unlocked = bora.addresses().await;
    hana.client.lock().await.unwrap();
    hana.event(|event| matches!(event, Event::Locked).then_some(())).await;
    assert_eq!(hana.client.chats().await, Err(ClientError::Locked));
    assert!(hana.client.info().await.unwrap().locked);
    bora.client.send(chat, "are you there?".into(), None).await.unwrap();
    let wrong = hana.client.unlock("not the passphrase".to_owned().into()).await;
    assert_eq!(wrong.unwrap_err(), ClientError::WrongPassphrase);
    hana.stop().await;
    hana.dial(unlocked);
    hana.start().await;
    eventually(|| async { (hana.texts(chat).await == ["are you there?"]).then_some(()) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_their_own_last_word_has_seen_what_is_far_above_it() {
    let (mut hana, mut bora, chat) = friends().await;
    let hello = hana.client.send(chat, "hello".into(), None).await.unwrap();
    bora.received().await;
    let mut last = None;
    // A page has 500.
    for number in 0..=500 {
        last = Some(bora.client.send(chat, format!("{number}").into(), None).await.unwrap());
    }
    bora.client.read(chat, last.unwrap().id).await.unwrap();
    hana.event(|event| match event {
        Event::MessageState { state: MessageState::Read, message, .. } if message == hello.id => Some(()),
        _ => None,
    })
    .await;
    let row = bora.client.chats().await.unwrap().into_iter().find(|row| row.chat == chat).unwrap();
    assert_eq!(row.unread, 0);
}

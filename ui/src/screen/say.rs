//! Sentences that several screens say: what happened in a group, who is writing, who holds the same history.

use undertone::api::Role;

use crate::i18n::Texts;
use crate::model::group::{Agreement, Deed, Line, Unreadable, Who};
use crate::t;

/// Somebody's name; ours is the word for us.
#[must_use]
pub(super) fn name(texts: &Texts, who: &Who) -> String {
    match who {
        Who::Me => t!(texts, "you"),
        Who::Named(name) => name.clone(),
        Who::Unknown => t!(texts, "group-someone"),
    }
}

/// Who is writing.
#[must_use]
pub(super) fn typing(texts: &Texts, who: &[Who]) -> String {
    match who {
        [one] => t!(texts, "typing-one", name = name(texts, one)),
        [one, two] => t!(texts, "typing-two", first = name(texts, one), second = name(texts, two)),
        _ => t!(texts, "typing-many"),
    }
}

/// A role as one word.
#[must_use]
pub(super) fn role(texts: &Texts, role: Role) -> String {
    t!(texts, "group-role", role = role.as_str())
}

/// What happened in a group.
#[must_use]
pub(super) fn happened(texts: &Texts, line: &Line) -> String {
    let by = name(texts, &line.by);
    let me = line.by == Who::Me;
    match &line.deed {
        Deed::Added(Who::Me) => t!(texts, "group-event-added-you", name = by),
        Deed::Added(who) if me => t!(texts, "group-event-added-by-you", other = name(texts, who)),
        Deed::Added(who) => t!(texts, "group-event-added", name = by, other = name(texts, who)),
        Deed::Admitted(Who::Me) => t!(texts, "group-event-admitted-you"),
        Deed::Admitted(who) => t!(texts, "group-event-admitted", name = name(texts, who)),
        Deed::Created(title) if me => t!(texts, "group-event-created-you", title = title.as_str()),
        Deed::Created(title) => t!(texts, "group-event-created", name = by, title = title.as_str()),
        Deed::History if me => t!(texts, "group-event-history-you"),
        Deed::History => t!(texts, "group-event-history", name = by),
        Deed::Invited if me => t!(texts, "group-event-invited-you"),
        Deed::Invited => t!(texts, "group-event-invited", name = by),
        Deed::Left if me => t!(texts, "group-event-left-you"),
        Deed::Left => t!(texts, "group-event-left", name = by),
        Deed::Pictured(true) if me => t!(texts, "group-event-pictured-you"),
        Deed::Pictured(true) => t!(texts, "group-event-pictured", name = by),
        Deed::Pictured(false) if me => t!(texts, "group-event-unpictured-you"),
        Deed::Pictured(false) => t!(texts, "group-event-unpictured", name = by),
        Deed::Rekeyed if me => t!(texts, "group-event-rekeyed-you"),
        Deed::Rekeyed => t!(texts, "group-event-rekeyed", name = by),
        Deed::Removed(Who::Me) => t!(texts, "group-event-removed-you", name = by),
        Deed::Removed(who) if me => t!(texts, "group-event-removed-by-you", other = name(texts, who)),
        Deed::Removed(who) => t!(texts, "group-event-removed", name = by, other = name(texts, who)),
        Deed::Renamed(title) if me => t!(texts, "group-event-renamed-you", title = title.as_str()),
        Deed::Renamed(title) => t!(texts, "group-event-renamed", name = by, title = title.as_str()),
        Deed::Role(who, role) => given(texts, &line.by, who, *role),
        Deed::Uninvited if me => t!(texts, "group-event-uninvited-you"),
        Deed::Uninvited => t!(texts, "group-event-uninvited", name = by),
        Deed::Unknown => t!(texts, "group-event-unknown"),
    }
}

fn given(texts: &Texts, by: &Who, who: &Who, role: Role) -> String {
    let role = role.as_str();
    match (by, who) {
        (Who::Me, Who::Me) => t!(texts, "group-event-role-own", role = role),
        (Who::Me, who) => t!(texts, "group-event-role-by-you", role = role, other = name(texts, who)),
        (by, Who::Me) => t!(texts, "group-event-role-you", role = role, name = name(texts, by)),
        (by, who) => {
            let (by, who) = (name(texts, by), name(texts, who));
            t!(texts, "group-event-role", role = role, name = by, other = who)
        }
    }
}

/// What stands for a message of somebody that was taken back: by its author, or by another.
#[must_use]
pub(super) fn deleted(texts: &Texts, by: Option<&Who>) -> String {
    match by {
        None => t!(texts, "message-deleted"),
        Some(Who::Me) => t!(texts, "message-deleted-mine"),
        Some(who) => t!(texts, "message-deleted-by", name = name(texts, who)),
    }
}

/// Who holds the same history, in fewer words where there are fewer; none if there is nobody to compare with.
#[must_use]
pub(super) fn agreement_in_brief(texts: &Texts, held: &Agreement) -> Option<String> {
    match *held {
        Agreement::Same { same, of } if same < of => {
            Some(t!(texts, "history-same-brief", same = same, of = of))
        }
        Agreement::Unknown => Some(t!(texts, "history-unknown-brief")),
        ref held => agreement(texts, held),
    }
}

/// Who holds the same history; none if there is nobody to compare with.
#[must_use]
pub(super) fn agreement(texts: &Texts, agreement: &Agreement) -> Option<String> {
    Some(match *agreement {
        Agreement::Alone => return None,
        Agreement::Differ => t!(texts, "history-differ"),
        Agreement::Lack(count) => t!(texts, "history-lack", count = count),
        Agreement::Lacks(ref name, count) => {
            t!(texts, "history-lacks", name = name.as_str(), count = count)
        }
        Agreement::Same { same, of } if same == of => t!(texts, "history-same-all"),
        Agreement::Same { same, of } => t!(texts, "history-same", same = same, of = of),
        Agreement::Unknown => t!(texts, "history-unknown"),
        Agreement::Waiting(count) => t!(texts, "history-waiting", count = count),
        Agreement::WeLack(count) => t!(texts, "history-we-lack", count = count),
    })
}

/// What has come and cannot be read.
#[must_use]
pub(super) fn unreadable(texts: &Texts, waiting: &Unreadable) -> String {
    match &waiting.name {
        Some(name) => t!(texts, "key-missing", count = waiting.count, name = name.as_str()),
        None => t!(texts, "key-missing-several", count = waiting.count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    fn both(line: &Line) -> [String; 2] {
        Language::ALL.map(|language| happened(&Texts::new(language), line))
    }

    fn named(name: &str) -> Who {
        Who::Named(name.to_owned())
    }

    #[test]
    fn what_happened_is_a_whole_sentence_for_us_and_for_others() {
        let removed = |by: Who, who: Who| both(&Line { by, deed: Deed::Removed(who) });
        let said = removed(named("보라"), named("Chan"));
        assert_eq!(said, ["보라 removed Chan", "보라님이 Chan님을 내보냈어요"]);
        let said = removed(Who::Me, named("Chan"));
        assert_eq!(said, ["You removed Chan", "내가 Chan님을 내보냈어요"]);
        let said = removed(named("보라"), Who::Me);
        assert_eq!(said, ["보라 removed you", "보라님이 나를 내보냈어요"]);
    }

    #[test]
    fn particles_follow_the_title() {
        let renamed =
            |title: &str| both(&Line { by: named("보라"), deed: Deed::Renamed(title.to_owned()) });
        assert_eq!(renamed("산책")[1], "보라님이 그룹 이름을 \"산책\"으로 바꿨어요");
        assert_eq!(renamed("요리")[1], "보라님이 그룹 이름을 \"요리\"로 바꿨어요");
        let texts = Texts::new(Language::Korean);
        assert_eq!(t!(texts, "group-forget-title", title = "산책"), "\"산책\"을 지울까요?");
        assert_eq!(t!(texts, "group-forget-title", title = "요리"), "\"요리\"를 지울까요?");
    }

    #[test]
    fn every_role_is_said_in_a_sentence_of_its_own() {
        let roles = [Role::ReadOnly, Role::Member, Role::Moderator, Role::Admin, Role::Owner];
        for (by, who) in [
            (Who::Me, named("Chan")),
            (named("Chan"), Who::Me),
            (Who::Me, Who::Me),
            (named("Chan"), named("보라")),
        ] {
            let said = roles.map(|role| both(&Line { by: by.clone(), deed: Deed::Role(who.clone(), role) }));
            let different: std::collections::BTreeSet<_> = said.iter().flatten().collect();
            assert_eq!(different.len(), 10, "{said:?}");
        }
    }

    #[test]
    fn the_same_history_is_said_with_its_count() {
        let english = |held| agreement(&Texts::new(Language::English), &held);
        let korean = |held| agreement(&Texts::new(Language::Korean), &held);
        let some = || Agreement::Same { same: 2, of: 3 };
        assert_eq!(english(some()).unwrap(), "You and 2 of 3 other members have the same history");
        assert_eq!(korean(some()).unwrap(), "나와 다른 참여자 3명 중 2명의 대화 기록이 같아요");
        assert_eq!(english(Agreement::Same { same: 3, of: 3 }).unwrap(), "Everyone has the same history");
        assert_eq!(english(Agreement::Lacks("Chan".into(), 1)).unwrap(), "Chan lacks 1 message");
        assert_eq!(english(Agreement::WeLack(2)).unwrap(), "You lack 2 messages");
        assert_eq!(english(Agreement::Alone), None);
    }

    #[test]
    fn one_two_and_many_who_write_are_told_apart() {
        let texts = Texts::new(Language::English);
        assert_eq!(typing(&texts, &[named("Chan")]), "Chan is typing…");
        assert_eq!(typing(&texts, &[named("Chan"), named("보라")]), "Chan and 보라 are typing…");
        assert_eq!(
            typing(&texts, &[Who::Unknown, named("Chan"), named("보라")]),
            "Several people are typing…"
        );
    }
}

//! What is asked about links to groups, and how the messenger is asked.

use undertone::api::{Client, ClientError, ConversationId, Invitation, InvitationId, JoinId, NewInvitation};

use super::{Answer, Secret};

/// One thing to ask about links to groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvitationAsk {
    /// End one.
    End(ConversationId, InvitationId),
    /// Ask nobody any more to let us in by a link.
    GiveUp(JoinId),
    /// Use a link.
    Join(Secret),
    /// Those that can still let somebody in.
    List(ConversationId),
    /// Make one.
    Make(ConversationId, NewInvitation),
}

pub(super) async fn perform(client: &Client, ask: InvitationAsk) -> Answer {
    match ask {
        InvitationAsk::End(chat, id) => {
            let ended = client.uninvite(chat, id).await.map(drop);
            Answer::Invitations { chat, result: list(client, chat, ended).await }
        }
        InvitationAsk::GiveUp(join) => Answer::Done(client.give_up_join(join).await),
        InvitationAsk::Join(link) => Answer::Joining(client.join_group(link.0).await),
        InvitationAsk::List(chat) => Answer::Invitations { chat, result: list(client, chat, Ok(())).await },
        InvitationAsk::Make(chat, new) => {
            let made = client.invite_to_group(chat, new).await;
            Answer::GroupInvite { chat, result: made.map(|(_, link)| Secret(link)) }
        }
    }
}

async fn list(
    client: &Client,
    chat: ConversationId,
    done: Result<(), ClientError>,
) -> Result<Vec<Invitation>, ClientError> {
    done?;
    client.invitations(chat).await
}

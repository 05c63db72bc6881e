//! How gossipsub is set up: no author, no signature, names of messages that are digests, and a verdict on each before it
//! is passed on. Knows nothing of groups.

use std::time::Duration;

use libp2p::gossipsub::{
    Behaviour, Config, ConfigBuilder, IdentityTransform, MaxCountSubscriptionFilter, Message,
    MessageAuthenticity, MessageId, TopicHash, TopicSubscriptionFilter, ValidationMode,
};
use sha2::{Digest, Sha256};

use super::super::config::NetError;
use super::score::{params, thresholds};

pub(crate) type Gossipsub = Behaviour<IdentityTransform, MaxCountSubscriptionFilter<Topics>>;

/// Takes only names of the one form that topics have. A peer tells each name once, perhaps before we know it ourselves, so
/// those of others are kept too, up to a number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Topics;

impl TopicSubscriptionFilter for Topics {
    fn can_subscribe(&mut self, topic: &TopicHash) -> bool {
        let name = topic.as_str().as_bytes();
        name.len() == TOPIC_LEN && name.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
    }
}

/// A gossipsub that knows nobody.
pub(super) fn gossipsub() -> Result<Gossipsub, NetError> {
    let filter = MaxCountSubscriptionFilter {
        filter: Topics,
        max_subscribed_topics: MAX_TOPICS_OF_PEER,
        max_subscriptions_per_request: MAX_TOPICS_OF_PEER,
    };
    let mut gossipsub =
        Gossipsub::new_with_subscription_filter(MessageAuthenticity::Anonymous, config()?, filter)
            .map_err(|_setup| NetError::Gossip)?;
    gossipsub.with_peer_score(params(), thresholds()).map_err(|_score| NetError::Gossip)?;
    Ok(gossipsub)
}

/// The parameters of gossipsub: for groups of up to some hundred.
pub(super) fn config() -> Result<Config, NetError> {
    ConfigBuilder::default()
        .validation_mode(ValidationMode::Anonymous)
        .message_id_fn(message_id)
        .validate_messages()
        .max_transmit_size(MAX_TRANSMIT)
        .heartbeat_initial_delay(Duration::from_millis(100))
        .heartbeat_interval(HEARTBEAT)
        .mesh_n_low(4)
        .history_length(10)
        .history_gossip(5)
        .flood_publish(true)
        .duplicate_cache_time(Duration::from_secs(300))
        .prune_backoff(Duration::from_secs(15))
        .unsubscribe_backoff(Duration::from_secs(5))
        .connection_handler_queue_len(512)
        .build()
        .map_err(|_builder| NetError::Gossip)
}

/// The same content on the same topic is one message, whoever sends it.
fn message_id(message: &Message) -> MessageId {
    // topics are of one length
    let digest = Sha256::new().chain_update(message.topic.as_str()).chain_update(&message.data).finalize();
    MessageId::new(digest.get(..20).unwrap_or(&digest))
}

/// Characters of a topic's name, in base32.
pub(super) const TOPIC_LEN: usize = 32;
/// Topics of our own: announcing all of them fits one message of gossipsub.
pub(super) const MAX_TOPICS: usize = 1024;
const MAX_TOPICS_OF_PEER: usize = 2 * MAX_TOPICS;
const HEARTBEAT: Duration = Duration::from_secs(1);
/// A frame of a group, and what gossipsub puts around it.
const MAX_TRANSMIT: usize = 65_536 + 1024;

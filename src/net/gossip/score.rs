//! What peers are scored by: faults that are proven, and nothing that has to do with how much somebody says, because
//! groups are silent for hours. Knows nothing of who they are.

use std::net::IpAddr;
use std::time::Duration;

use libp2p::core::ConnectedPoint;
use libp2p::gossipsub::{
    PeerScoreParams, PeerScoreThresholds, TopicScoreParams, score_parameter_decay_with_base,
};
use libp2p::multiaddr::{Multiaddr, Protocol};

pub(super) fn params() -> PeerScoreParams {
    PeerScoreParams {
        topic_score_cap: 10.0,
        // A fault in what is said outside of gossip ends the connection, and gossip with it.
        app_specific_weight: 0.0,
        // Families, offices and whole providers share an address.
        ip_colocation_factor_weight: -5.0,
        ip_colocation_factor_threshold: 10.0,
        // Promises not kept, grafts too early.
        behaviour_penalty_weight: -5.0,
        behaviour_penalty_threshold: 6.0,
        behaviour_penalty_decay: forgiven(),
        decay_interval: Duration::from_secs(1),
        decay_to_zero: FORGIVEN,
        // Whoever comes back is who went.
        retain_score: Duration::from_secs(3600),
        slow_peer_weight: 0.0,
        ..PeerScoreParams::default()
    }
}

pub(super) const fn thresholds() -> PeerScoreThresholds {
    PeerScoreThresholds {
        gossip_threshold: -20.0,
        publish_threshold: -40.0,
        graylist_threshold: -80.0,
        // Addresses that gossip brings are not taken.
        accept_px_threshold: f64::MAX,
        opportunistic_graft_threshold: 2.0,
    }
}

pub(super) fn topic_params() -> TopicScoreParams {
    TopicScoreParams {
        topic_weight: 1.0,
        time_in_mesh_weight: 0.01,
        time_in_mesh_quantum: Duration::from_secs(1),
        time_in_mesh_cap: 1000.0,
        first_message_deliveries_weight: 0.0,
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        // Of a message that no honest program passes on. It counts by its square: two of them and nothing is heard any more.
        invalid_message_deliveries_weight: -20.0,
        invalid_message_deliveries_decay: forgiven(),
        ..TopicScoreParams::default()
    }
}

/// The end of a connection as gossipsub is told of it. Those of one local network share nothing by sharing an address.
pub(super) fn endpoint(point: &ConnectedPoint) -> ConnectedPoint {
    let mut told = point.clone();
    let address = match &mut told {
        ConnectedPoint::Dialer { address, .. } => address,
        ConnectedPoint::Listener { send_back_addr, .. } => send_back_addr,
    };
    if is_local(address) {
        *address = Multiaddr::empty();
    }
    told
}

fn is_local(address: &Multiaddr) -> bool {
    match address.iter().next() {
        Some(Protocol::Ip4(ip)) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        Some(Protocol::Ip6(ip)) => {
            IpAddr::V6(ip).is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        _ => false,
    }
}

/// The decay in a second by which a fault has faded after ten minutes.
fn forgiven() -> f64 {
    score_parameter_decay_with_base(Duration::from_secs(600), Duration::from_secs(1), FORGIVEN)
}

/// What is left of a fault that counts for nothing any more.
const FORGIVEN: f64 = 0.01;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_are_such_as_gossipsub_takes() {
        params().validate().unwrap();
        thresholds().validate().unwrap();
        topic_params().validate().unwrap();
    }

    #[test]
    fn a_shared_address_counts_only_if_it_is_a_public_one() {
        let told = |address: &str| {
            let send_back_addr: Multiaddr = address.parse().unwrap();
            let local_addr = Multiaddr::empty();
            endpoint(&ConnectedPoint::Listener { local_addr, send_back_addr }).get_remote_address().clone()
        };
        for local in
            ["/ip4/192.168.1.7/tcp/1", "/ip4/127.0.0.1/tcp/1", "/ip6/fd00::1/tcp/1", "/ip6/::1/tcp/1"]
        {
            assert_eq!(told(local), Multiaddr::empty());
        }
        assert_eq!(told("/ip4/203.0.113.7/tcp/1").to_string(), "/ip4/203.0.113.7/tcp/1");
    }
}

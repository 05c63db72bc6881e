//! What engines must do between them, over the simulated network of `sim`.

mod attacks;
mod big_group;
mod conversation;
mod group_carry;
mod group_expiry;
mod group_gossip;
mod group_model;
mod group_quiet;
mod group_recount;
mod group_sim;
mod group_waiting;
mod groups;
mod hostile;
mod invitations;
mod mentions;
mod model;
mod moderation;

//! Every limit that more than one layer must know, with its reason.

/// Longest text of one message, in bytes of UTF-8: fits a 64 KiB frame after padding and headers.
pub const TEXT_BYTES: usize = 32 * 1024;
/// Longest name of a person, in characters: fits one line of the list.
pub const NAME_CHARS: usize = 64;
/// Longest name of a person, in bytes of UTF-8.
pub const NAME_BYTES: usize = 256;
/// Longest emoji sequence, in bytes of UTF-8: the longest family and flag sequences take 35.
pub const EMOJI_BYTES: usize = 64;
/// Largest frame that travels between two peers, in bytes.
pub const FRAME_BYTES: usize = 96 * 1024;
/// Frames of one contact that may be on their way unacknowledged. The receiver remembers more than this
/// (`TAKEN_FRAMES`), so a repeat is always recognised; and it stays below the queue of a connection.
pub const WINDOW_FRAMES: usize = 192;
/// Frames of one contact that the receiver remembers having taken.
pub const TAKEN_FRAMES: u64 = 4096;
/// Recognition tags in one proof: as many as fit a stranger's frame.
pub const TAGS: usize = 448;
/// Contacts, requests included.
pub const CONTACTS: usize = 4096;
/// Requests from strangers that wait for an answer; the oldest of whoever made the most gives way.
pub const REQUESTS: usize = 100;
/// Requests of one connection among them: a program asks for one person.
pub const REQUESTS_OF_ONE: usize = 3;
/// Open invites.
pub const INVITES: usize = 256;
/// Messages in one page of history.
pub const PAGE: usize = 500;

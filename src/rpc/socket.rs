//! The local socket: several programs of the same user at once. Knows nothing of what they say.

use std::{
    fs, io,
    os::unix::fs::{FileTypeExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use thiserror::Error;
use tokio::{
    net::{UnixListener, UnixStream},
    sync::watch,
    task::JoinSet,
    time,
};

use super::conversation::{Conversation, End, told_to_end};
use crate::api::Client;

/// The local socket. Its file is there as long as this is.
#[derive(Debug)]
pub struct Listener {
    listener: UnixListener,
    path: PathBuf,
}

/// Why there is no socket.
#[derive(Debug, Error)]
pub enum BindError {
    /// Another program listens there.
    #[error("another program listens on {0}")]
    InUse(PathBuf),
    /// The system refuses.
    #[error("cannot listen on {0}: {1}")]
    Io(PathBuf, io::Error),
    /// Something else has that name.
    #[error("{0} is there already and is not a socket")]
    NotASocket(PathBuf),
}

impl Listener {
    /// Listens at a path, for programs of the same user only. A socket that a program left behind is replaced.
    /// Needs the runtime's context.
    ///
    /// # Errors
    /// See [`BindError`].
    pub fn bind(path: &Path) -> Result<Self, BindError> {
        let io = |error| BindError::Io(path.to_owned(), error);
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io(error)),
            Ok(there) if !there.file_type().is_socket() => {
                return Err(BindError::NotASocket(path.to_owned()));
            }
            Ok(_socket) => match std::os::unix::net::UnixStream::connect(path) {
                Ok(_answered) => return Err(BindError::InUse(path.to_owned())),
                Err(_nobody) => fs::remove_file(path).map_err(io)?,
            },
        }
        let listener = UnixListener::bind(path).map_err(io)?;
        // Made after binding, so that the file is removed if its mode cannot be set. Until it is set, `serve`
        // does not accept, and then it looks at who comes.
        let listener = Self { listener, path: path.to_owned() };
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(io)?;
        Ok(listener)
    }

    /// Talks with everybody who comes, until `ending` becomes true or one of them asks for a shutdown; then
    /// tells the others to end through `ending`, and returns when they have.
    pub async fn serve(self, client: Client, ending: watch::Sender<bool>) -> End {
        let (mut told, mut end) = (ending.subscribe(), End::Closed);
        let mut conversations = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if conversations.len() < CONNECTIONS => match accepted {
                    Ok((stream, _unnamed)) if is_ours(&stream) => {
                        let (conversation, ending) = (Conversation::new(client.clone()), ending.subscribe());
                        conversations.spawn(async move {
                            let (input, output) = stream.into_split();
                            conversation.run(input, output, ending).await
                        });
                    }
                    Ok(_stranger) => tracing::warn!("refused a connection of another user"),
                    Err(error) => {
                        // No more file descriptors, most likely: some will come back.
                        tracing::warn!(%error, "cannot accept a connection");
                        time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(ended) = conversations.join_next() => {
                    if matches!(ended, Ok(End::Shutdown)) {
                        end = End::Shutdown;
                        ending.send_replace(true);
                        break;
                    }
                }
                () = told_to_end(&mut told) => break,
            }
        }
        while let Some(ended) = conversations.join_next().await {
            if matches!(ended, Ok(End::Shutdown)) {
                end = End::Shutdown;
            }
        }
        end
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        fs::remove_file(&self.path).ok();
    }
}

/// The file's mode says the same; but it is set after the socket is made.
fn is_ours(stream: &UnixStream) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == rustix::process::geteuid().as_raw())
}

/// Connections at once. More wait to be accepted.
const CONNECTIONS: usize = 64;
/// How long to leave it when no connection can be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

//! The local socket: who may listen where, and several programs at once.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::UnixStream,
};

use super::*;
use crate::rpc::{BindError, Listener};

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}

async fn ask(program: &mut BufReader<UnixStream>, said: &str) -> Value {
    program.write_all(format!("{said}\n").as_bytes()).await.unwrap();
    let mut line = String::new();
    program.read_line(&mut line).await.unwrap();
    serde_json::from_str(&line).unwrap()
}

async fn connect(path: &Path) -> BufReader<UnixStream> {
    BufReader::new(UnixStream::connect(path).await.unwrap())
}

#[test]
fn several_programs_talk_at_once_and_a_shutdown_ends_all() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rpc.sock");
        let listener = Listener::bind(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let (ending, _) = watch::channel(false);
        let served = tokio::spawn(listener.serve(Fake::start(8).client, ending.clone()));
        let (mut one, mut two) = (connect(&path).await, connect(&path).await);
        assert!(ask(&mut one, &call(1, "contact.list", &json!({}))).await["result"]["contacts"].is_array());
        assert!(ask(&mut two, "nothing").await["error"].is_object());
        assert!(ask(&mut one, &call(2, "chat.list", &json!({}))).await["result"]["chats"].is_array());
        assert_eq!(ask(&mut two, &call(3, "node.shutdown", &json!({}))).await["result"], json!({}));
        assert_eq!(one.read_line(&mut String::new()).await.unwrap(), 0);
        assert_eq!(served.await.unwrap(), End::Shutdown);
        assert!(*ending.borrow());
        assert!(!path.exists());
    });
}

#[test]
fn a_program_that_goes_away_leaves_the_others() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rpc.sock");
        let (ending, _) = watch::channel(false);
        let served =
            tokio::spawn(Listener::bind(&path).unwrap().serve(Fake::start(8).client, ending.clone()));
        let mut stays = connect(&path).await;
        for _ in 0..200 {
            connect(&path).await.write_all(b"{\"half").await.unwrap();
        }
        assert!(ask(&mut stays, &call(1, "chat.list", &json!({}))).await["result"].is_object());
        ending.send_replace(true);
        assert_eq!(served.await.unwrap(), End::Closed);
    });
}

#[test]
fn a_socket_that_was_left_behind_is_replaced_and_nothing_else_is() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rpc.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        let listening = Listener::bind(&path).unwrap();
        assert!(matches!(Listener::bind(&path), Err(BindError::InUse(_))));
        drop(listening);
        fs::write(&path, "a file of somebody").unwrap();
        assert!(matches!(Listener::bind(&path), Err(BindError::NotASocket(_))));
        assert_eq!(fs::read(&path).unwrap(), b"a file of somebody");
        let long = folder.path().join("x".repeat(200));
        assert!(matches!(Listener::bind(&long), Err(BindError::Io(_, _))));
    });
}

//! A long history: how long a profile of 1,000,000 messages takes to open to the conversation list, how long
//! the last page of a chat takes, and how much disk it needs. Stretching the passphrase is measured in the same
//! run and taken off: it is meant to be slow.
//!
//! `cargo bench --bench profile --features bench [-- MESSAGES]`

use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};

use undertone::{
    NetworkOptions, OpenConfig,
    api::{Anchor, Client},
    bench::{Filling, fill_profile},
    open,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#[expect(clippy::cast_precision_loss, reason = "figures for people to read")]
fn main() -> Outcome<()> {
    let asked = std::env::args().filter_map(|word| word.parse::<u32>().ok()).next();
    let messages = asked.unwrap_or(1_000_000);
    let dir = tempfile::tempdir()?;
    let filling = Filling { conversations: CHATS, messages: messages / CHATS, batch: 500 };
    let start = Instant::now();
    let text = fill_profile(dir.path(), PASSPHRASE, filling)?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "wrote {messages} messages, {text} bytes of text: {:.0} durable rows/s",
        f64::from(messages) / seconds
    );
    let disk = size(dir.path())?;
    let sealed = u64::from(messages).saturating_mul(SEALED_ROW);
    println!(
        "disk: {disk} bytes = {:.2}x the sealed rows (goal 3.5x), {:.2}x the bare text",
        disk as f64 / sealed as f64,
        disk as f64 / text as f64
    );

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for round in 0..3 {
        let network = NetworkOptions {
            listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
            mdns: false,
            ..NetworkOptions::default()
        };
        let node = open(OpenConfig { profile: dir.path().to_owned(), network })?;
        let (stretch, opened, list) = runtime.block_on(unlock(&node.client()))?;
        println!(
            "open {round}: {} ms to the conversation list ({} ms unlock - {} ms passphrase + {} ms list); goal 500 ms",
            (opened.saturating_sub(stretch).saturating_add(list)).as_millis(),
            opened.as_millis(),
            stretch.as_millis(),
            list.as_millis()
        );
        let pages = runtime.block_on(last_pages(&node.client()))?;
        println!(
            "last page of 50, p50 {} us, p95 {} us; goal 5000 us",
            pages.0.as_micros(),
            pages.1.as_micros()
        );
        let status = runtime.block_on(node.client().status())?;
        println!("resident memory: {} MiB", status.rss_bytes / 1024 / 1024);
    }
    Ok(())
}

async fn unlock(client: &Client) -> Outcome<(Duration, Duration, Duration)> {
    let start = Instant::now();
    client
        .unlock("not the passphrase".to_owned().into())
        .await
        .err()
        .ok_or("the wrong passphrase opened it")?;
    let stretch = start.elapsed();
    let start = Instant::now();
    client.unlock(PASSPHRASE.to_owned().into()).await?;
    let opened = start.elapsed();
    let start = Instant::now();
    let chats = client.chats().await?;
    if chats.len() != usize::try_from(CHATS)? {
        return Err("conversations are missing".into());
    }
    Ok((stretch, opened, start.elapsed()))
}

async fn last_pages(client: &Client) -> Outcome<(Duration, Duration)> {
    let mut times = Vec::new();
    for chat in client.chats().await? {
        let start = Instant::now();
        let page = client.history(chat.chat, Anchor::Newest, 50).await?;
        times.push(start.elapsed());
        if page.messages.is_empty() {
            return Err("messages are missing".into());
        }
    }
    times.sort_unstable();
    let at = |percent: usize| {
        times.get(times.len().saturating_sub(1) * percent / 100).copied().unwrap_or_default()
    };
    Ok((at(50), at(95)))
}

fn size(dir: &Path) -> Outcome<u64> {
    let mut bytes = 0_u64;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let more = if entry.file_type()?.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
        bytes = bytes.saturating_add(more);
    }
    Ok(bytes)
}

/// A row of a short text as it is sealed: version, nonce, 256 padded bytes, tag (docs/formats.md).
const SEALED_ROW: u64 = 1 + 24 + 256 + 16;
const CHATS: u32 = 200;
const PASSPHRASE: &str = "correct horse battery";

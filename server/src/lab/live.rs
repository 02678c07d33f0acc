//! Live streams of runs, whichever process executes them.
//!
//! Guarantee: a reader gets every item after the number it names, in order, once, and then the
//! end; a thousand readers of one run cost the store as much as one; text in an item has nothing in
//! it that hides or turns round what stands beside it.

use crate::report::text::clean;
use crate::store::Store;
use app::model::run::{Phase, RunId};
use app::model::stream::{LiveBody, LiveItem};
use app::model::timeline::{Source, What};
use futures::Stream;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;

/// Between two looks at the store.
const LOOK_EVERY: Duration = Duration::from_millis(150);

/// Items read at once.
const PAGE: u32 = 1_000;

/// Batches a slow reader may lag behind before it reads from the store again.
const BACKLOG: usize = 64;

/// What a reader gets.
#[derive(Debug, Clone, PartialEq)]
pub enum Live {
    /// The next item.
    Item(LiveItem),
    /// The run is over.
    Over,
}

/// Items, or none when there will be no more.
type News = Option<Arc<Vec<LiveItem>>>;

/// The tails of runs that somebody reads.
type Tails = Arc<Mutex<HashMap<RunId, Weak<Tail>>>>;

/// Follows one run in the store for all who read it.
struct Tail {
    news: broadcast::Sender<News>,
}

/// All runs that somebody reads.
#[derive(Clone)]
pub struct Hub {
    store: Arc<dyn Store>,
    tails: Tails,
}

impl Hub {
    /// Nobody reads yet.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            tails: Arc::default(),
        }
    }

    /// Everything of a run after a number.
    pub fn read(&self, run: RunId, after: u64) -> impl Stream<Item = Live> + use<> {
        let (to_reader, reader) = mpsc::channel(256);
        let hub = self.clone();
        tokio::spawn(async move { hub.serve(run, after, to_reader).await });
        ReceiverStream::new(reader)
    }

    async fn serve(&self, run: RunId, mut last: u64, reader: mpsc::Sender<Live>) -> Option<()> {
        let (_tail, mut news) = self.tail(run);
        loop {
            // What was there before the subscription, or was missed by being slow.
            self.catch_up(run, &mut last, &reader).await?;
            loop {
                let batch = tokio::select! {
                    batch = news.recv() => batch,
                    () = reader.closed() => return None,
                };
                match batch {
                    Ok(Some(batch)) => {
                        // The tail may have begun after this reader caught up.
                        if batch.first().is_some_and(|item| item.seq > last + 1) {
                            self.catch_up(run, &mut last, &reader).await?;
                        }
                        send(&batch, &mut last, &reader).await?;
                    }
                    Ok(None) | Err(broadcast::error::RecvError::Closed) => {
                        self.catch_up(run, &mut last, &reader).await?;
                        return reader.send(Live::Over).await.ok();
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => break,
                }
            }
        }
    }

    async fn catch_up(
        &self,
        run: RunId,
        last: &mut u64,
        reader: &mpsc::Sender<Live>,
    ) -> Option<()> {
        loop {
            let items = self.store.items_after(run, *last, PAGE).await.ok()?;
            if items.is_empty() {
                return Some(());
            }
            send(&items, last, reader).await?;
        }
    }

    /// The tail of a run, and what it tells from now on.
    fn tail(&self, run: RunId) -> (Arc<Tail>, broadcast::Receiver<News>) {
        let mut tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        tails.retain(|_, tail| tail.strong_count() > 0);
        if let Some(tail) = tails.get(&run).and_then(Weak::upgrade) {
            let news = tail.news.subscribe();
            return (tail, news);
        }
        let (sender, news) = broadcast::channel(BACKLOG);
        let tail = Arc::new(Tail { news: sender });
        tails.insert(run, Arc::downgrade(&tail));
        let told = Arc::downgrade(&tail);
        tokio::spawn(follow(self.store.clone(), run, told, self.tails.clone()));
        (tail, news)
    }
}

async fn send(items: &[LiveItem], last: &mut u64, reader: &mpsc::Sender<Live>) -> Option<()> {
    for item in items
        .iter()
        .filter(|item| item.seq > *last)
        .cloned()
        .collect::<Vec<_>>()
    {
        *last = item.seq;
        reader.send(Live::Item(readable(item))).await.ok()?;
    }
    Some(())
}

/// An item as people read it; what is stored stays as it came.
pub fn readable(mut item: LiveItem) -> LiveItem {
    if let LiveBody::Event(event) = &mut item.body {
        if let Source::Probe(name) = &mut event.source {
            *name = clean(name);
        }
        if let Some(text) = foreign(&mut event.what) {
            *text = clean(text);
        }
    }
    item
}

/// The text in an event that came from elsewhere.
fn foreign(what: &mut What) -> Option<&mut String> {
    match what {
        What::FaultSent { text, .. }
        | What::FaultProven { text, .. }
        | What::FaultNotProven { text, .. }
        | What::GuardTripped { text }
        | What::Aborted { text }
        | What::Undo { text }
        | What::Gap { text, .. }
        | What::Note { text }
        | What::ProbeFailing { outcome: text } => Some(text),
        What::TaskState { error, .. } => error.as_mut(),
        _ => None,
    }
}

/// Looks for news until the run is over or nobody reads any more.
async fn follow(store: Arc<dyn Store>, run: RunId, tail: Weak<Tail>, tails: Tails) {
    let mut last = store
        .items_after(run, 0, u32::MAX)
        .await
        .ok()
        .and_then(|items| items.last().map(|i| i.seq))
        .unwrap_or(0);
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let over = matches!(
            store.run(run).await,
            Ok(None
                | Some(app::model::run::Run {
                    phase: Phase::Done,
                    ..
                }))
        );
        let items = store.items_after(run, last, PAGE).await.unwrap_or_default();
        let Some(tail) = tail.upgrade() else { return };
        if let Some(newest) = items.last() {
            last = newest.seq;
            let _ = tail.news.send(Some(Arc::new(items)));
        } else if over {
            // Whoever comes from now on needs another: this one says nothing any more.
            let mut tails = tails.lock().unwrap_or_else(PoisonError::into_inner);
            tails.remove(&run);
            let _ = tail.news.send(None);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::model::time::{At, Micros};
    use app::model::timeline::{Event, TaskRef, TaskState};

    fn shown(what: What) -> String {
        let event = Event {
            seq: 1,
            at: At(0),
            resolution: Micros(0),
            source: Source::Probe("a\u{202e}b".to_owned()),
            what,
        };
        let item = readable(LiveItem {
            seq: 1,
            body: LiveBody::Event(event),
        });
        serde_json::to_string(&item).unwrap_or_default()
    }

    #[test]
    fn what_others_wrote_cannot_turn_the_log_round() {
        let text = || "no\u{202e}\u{1b}[2J".to_owned();
        let task = TaskRef {
            task: "t".to_owned(),
            slot: None,
            node: String::new(),
        };
        for what in [
            What::Note { text: text() },
            What::Undo { text: text() },
            What::ProbeFailing { outcome: text() },
            What::TaskState {
                task,
                state: TaskState::Failed,
                desired: TaskState::Running,
                error: Some(text()),
                container: None,
            },
        ] {
            let shown = shown(what);
            assert!(shown.contains("no\u{fffd}\u{fffd}[2J"), "{shown}");
            assert!(shown.contains("a\u{fffd}b"), "{shown}");
        }
    }
}

//! A way to the engine that breaks on demand: it can be cut, and it can fall silent.

use std::path::Path;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch::{Receiver, Sender};

/// Stands between the lab and the engine.
pub(super) struct Way {
    /// The address of its near end.
    pub(super) path: String,
    now: Sender<Passage>,
}

#[derive(Clone, Copy, PartialEq)]
enum Passage {
    Open,
    /// Connections are closed, new ones at once.
    Cut,
    /// Connections of before stay and carry nothing any more; new ones work.
    Silent,
}

impl Way {
    pub(super) fn to(engine: &str, folder: &Path) -> Self {
        let engine = engine.trim_start_matches("unix://").to_owned();
        let path = folder.join("way.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let now = Sender::new(Passage::Open);
        let seen = now.subscribe();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, engine.clone(), seen.clone()));
            }
        });
        let path = format!("unix://{}", path.display());
        Self { path, now }
    }

    pub(super) fn cut(&self) {
        self.now.send_replace(Passage::Cut);
    }

    pub(super) fn mend(&self) {
        self.now.send_replace(Passage::Open);
    }

    pub(super) fn fall_silent(&self) {
        self.now.send_replace(Passage::Silent);
    }
}

/// One connection, for as long as the way lets it be.
async fn carry(mut near: UnixStream, engine: String, mut now: Receiver<Passage>) {
    if *now.borrow_and_update() == Passage::Cut {
        return;
    }
    let mut far = UnixStream::connect(engine).await.unwrap();
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
        _ = now.changed() => {}
    }
    if *now.borrow_and_update() == Passage::Silent {
        // Both ends stay open until the way is cut, mended or gone.
        let _ = now.changed().await;
    }
}

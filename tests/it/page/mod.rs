//! The page of `bidui triage serve`, asked as a browser asks it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bidui::testing::publication::table_reader::TableRow;
use bidui::{Answer, AnswerStore, AppendedBatch, Snapshot};

use crate::end_to_end::{key, published, root, text};

mod draws;
mod queues;
mod reviews;
mod several_runs;

/// A server with its seats, ended with the test.
pub(crate) struct ServedPage {
    child: Child,
    place: String,
    /// By the name of whoever sits there.
    tokens: BTreeMap<String, String>,
}

/// What the server replied.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) body: String,
}

impl ServedPage {
    /// Serves an output folder to seats, each as the command line names it.
    pub(crate) fn start(out: &Path, key: &Path, seats: &[&str]) -> Self {
        Self::start_of("pipelines/hebi".as_ref(), out, key, seats)
    }

    pub(crate) fn start_of(pipeline: &Path, out: &Path, key: &Path, seats: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bidui"));
        command.current_dir(root()).args(["triage", "serve", "--out", text(out), "--key-file", text(key)]);
        command.args(["--pipeline", text(pipeline)]);
        for seat in seats {
            command.args(["--seat", seat]);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut place, mut tokens) = (String::new(), BTreeMap::new());
        for _ in seats {
            let line = said.next().expect("the server ended").unwrap();
            let (who, address) = line.split_once('\t').unwrap();
            let (host, token) = address.trim_start_matches("http://").split_once("/#").unwrap();
            host.clone_into(&mut place);
            tokens.insert(who.rsplit(' ').next().unwrap().to_owned(), token.to_owned());
        }
        Self { child, place, tokens }
    }

    pub(crate) fn get(&self, who: &str, path: &str) -> Reply {
        self.ask(who, "GET", path, "")
    }

    pub(crate) fn post(&self, who: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        self.ask(who, "POST", path, &body.join("&"))
    }

    /// Goes where a reply leads.
    #[track_caller]
    pub(crate) fn follow(&self, who: &str, reply: &Reply) -> Reply {
        assert_eq!(reply.status, 303, "{}", told(&reply.body));
        self.get(who, &reply.location)
    }

    fn ask(&self, who: &str, method: &str, path: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(&self.place).unwrap();
        let (place, token) = (&self.place, &self.tokens[who]);
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {place}\r\nOrigin: http://{place}\r\nCookie: bidui_seat={token}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let location = head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or("");
        Reply { status, location: location.to_owned(), body: body.to_owned() }
    }
}

impl Drop for ServedPage {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What the page tells above itself.
pub(crate) fn told(body: &str) -> String {
    let paragraphs = body.split(" class=\"told").skip(1).filter_map(|rest| rest.split_once('>'));
    paragraphs.filter_map(|(_, rest)| rest.split('<').next()).map(str::trim).collect::<Vec<_>>().join("|")
}

/// How many findings a queue has.
pub(crate) fn total(body: &str) -> u64 {
    let (_, rest) = body.split_once("<p class=\"count\"><strong>").unwrap();
    rest.split('<').next().unwrap().parse().unwrap()
}

/// Addresses that a queue can be narrowed to, each with how many findings it promises.
fn promised(body: &str) -> Vec<(String, u64)> {
    let (_, aside) = body.split_once("<aside").unwrap();
    let (aside, _) = aside.split_once("</aside>").unwrap();
    let links = aside.split("<a href=\"").skip(1).filter_map(|rest| {
        let (address, rest) = rest.split_once('"')?;
        let count = rest.split_once("<span>")?.1.split('<').next()?.parse().ok()?;
        // `全部` has none: what is found there is the next value's.
        let own = !rest.split_once("<span>")?.0.contains("<li");
        own.then(|| (address.replace("&#x2f;", "/").replace("&amp;", "&"), count))
    });
    links.collect()
}

/// An output folder of its own with publications of the fixtures.
pub(crate) struct PageOffice {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) key: PathBuf,
}

impl PageOffice {
    pub(crate) fn with(quarters: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = key(folder.path());
        let office = Self { folder, key };
        std::fs::create_dir(office.out()).unwrap();
        quarters.iter().for_each(|quarter| office.add(quarter));
        office
    }
    /// Publishes another quarter: publications are never changed, so links will do.
    pub(crate) fn add(&self, quarter: &str) {
        let from = published().join("out").join(quarter);
        let copied = Command::new("cp").arg("-al").arg(from).arg(self.out()).status();
        assert!(copied.unwrap().success());
    }
    pub(crate) fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }
    pub(crate) fn serve(&self, seats: &[&str]) -> ServedPage {
        ServedPage::start(&self.out(), &self.key, seats)
    }
    pub(crate) fn exceptions(&self, quarter: &str) -> Vec<TableRow> {
        let snapshot = Snapshot::open(&self.out().join(quarter)).unwrap();
        snapshot.rows("restricted/exception.parquet", |_| true).unwrap()
    }
    pub(crate) fn store(&self) -> AnswerStore {
        AnswerStore::open(&self.out(), &crate::answered_runs::secret().key_id()).unwrap()
    }
    /// Appends answers as another program does.
    pub(crate) fn append(&self, answers: &[Answer]) -> AppendedBatch {
        crate::answered_runs::append(&self.out(), answers)
    }
}

/// What an officer says of a finding.
pub(crate) fn answer(row: &TableRow, verdict: &str) -> Answer {
    let mut answer = Answer::of(row.get("exception_id"), row.get("facts"), verdict);
    "其他".clone_into(&mut answer.reason);
    "罗德合".clone_into(&mut answer.answered_by);
    answer.answered_on = Some("2018-10-20".parse().unwrap());
    answer
}

/// Is a finding on the page?
pub(crate) fn is_shown(row: &TableRow) -> bool {
    ["new", "persisting", "reopened", "answered"].contains(&row.get("status"))
}

/// What a queue's form notes of the answers that are seen on it.
pub(crate) fn seen(body: &str) -> Vec<String> {
    let fields = body.split("name=\"seen\" value=\"").skip(1);
    fields.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// The batch that the page offers to undo.
pub(crate) fn undoable(body: &str) -> String {
    let (_, rest) = body.split_once("name=\"batch\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

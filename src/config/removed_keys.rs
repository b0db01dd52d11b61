//! Keys that earlier versions accepted, and what an operator writes instead.

/// A key that is accepted no longer.
struct RemovedKey {
    /// Another key of the table it stood in: the same word may be a good key elsewhere.
    beside: &'static str,
    key: &'static str,
    /// What to do, Chinese.
    cure: &'static str,
}

const REMOVED_KEYS: [RemovedKey; 3] = [
    RemovedKey {
        beside: "unknown_headers",
        key: "deduplicated",
        cure: "删去这一行；一人至多一行的名单改在 link.toml 的 [resolve] one_per_person 里列出",
    },
    RemovedKey {
        beside: "unknown_headers",
        key: "subject",
        cure: "删去这一行；一行说的是人还是户，由各列的 role 表明",
    },
    RemovedKey {
        beside: "id_mask",
        key: "pseudonym_key_env",
        cure: "删去这一行；假名密钥文件用 --key-file 或环境变量 BIDUI_KEY_FILE 指定",
    },
];

/// Returns what to do about `key`, if a table with the keys `known` once had it; in Chinese.
pub(super) fn cure_of_removed_key(key: &str, known: &[&str]) -> Option<&'static str> {
    REMOVED_KEYS.iter().find(|r| r.key == key && known.contains(&r.beside)).map(|removed| removed.cure)
}

//! `bidui graph`: sources, stages and rules as a Mermaid diagram (or JSON).

use clap::Args;
use serde::Serialize;

use super::Console;
use crate::Result;
use crate::config::Pipeline;
use crate::rules::rule_set::RuleSet;

/// Arguments of `bidui graph`.
#[derive(Debug, Args)]
pub(super) struct GraphArguments {
    #[command(flatten)]
    pipeline: super::PipelineArgument,
    /// 只画到阶段，不画每条规则
    #[arg(long)]
    no_rules: bool,
}

#[derive(Debug, Serialize)]
struct RuleGraph {
    nodes: Vec<GraphNode>,
    edges: Vec<GraphEdge>,
}

#[derive(Debug, Serialize)]
struct GraphNode {
    id: String,
    kind: &'static str,
    title: String,
}

#[derive(Debug, Serialize)]
struct GraphEdge {
    from: String,
    to: String,
}

/// The stages in the order of the data, with the Chinese word for what they do.
const STAGES: [(&str, &str); 8] = [
    ("extract", "读文件"),
    ("load", "装载"),
    ("normalize", "规范"),
    ("link", "匹配"),
    ("resolve", "认人归户"),
    ("reconcile", "核查"),
    ("track", "跟踪"),
    ("publish", "发布"),
];

pub(super) fn execute(arguments: &GraphArguments, console: &mut Console<'_>) -> Result<u8> {
    let pipeline = Pipeline::open(&arguments.pipeline.pipeline)?;
    let rules = RuleSet::load(&pipeline)?;
    let graph = graph(&pipeline, &rules, !arguments.no_rules);
    if console.json {
        console.json(&graph)?;
    } else {
        console.line(&mermaid(&graph))?;
    }
    Ok(0)
}

fn graph(pipeline: &Pipeline, rules: &RuleSet, with_rules: bool) -> RuleGraph {
    let mut nodes = Vec::new();
    let mut edges = Vec::new();
    for source in &pipeline.sources {
        nodes.push(GraphNode {
            id: source.name.clone(),
            kind: "source",
            title: format!("{}（{}）", source.title, source.owner),
        });
        edges.push(GraphEdge { from: source.name.clone(), to: "extract".to_owned() });
    }
    for (id, title) in STAGES {
        nodes.push(GraphNode { id: id.to_owned(), kind: "stage", title: title.to_owned() });
    }
    for pair in STAGES.windows(2) {
        edges.push(GraphEdge { from: pair[0].0.to_owned(), to: pair[1].0.to_owned() });
    }
    if with_rules {
        for rule in &rules.rules {
            let id = rule.header.code.clone();
            nodes.push(GraphNode {
                id: id.clone(),
                kind: "rule",
                title: format!("{id} {}", rule.header.title),
            });
            edges.push(GraphEdge { from: "reconcile".to_owned(), to: id.clone() });
            for source in &rule.header.sources {
                edges.push(GraphEdge { from: source.clone(), to: id.clone() });
            }
        }
    }
    RuleGraph { nodes, edges }
}

fn mermaid(graph: &RuleGraph) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("flowchart LR");
    for node in &graph.nodes {
        let title = node.title.replace('"', "'");
        let _ = match node.kind {
            "source" => write!(text, "\n  {}[(\"{title}\")]", node.id),
            "rule" => write!(text, "\n  {}{{{{\"{title}\"}}}}", node.id),
            _ => write!(text, "\n  {}[\"{title}\"]", node.id),
        };
    }
    for edge in &graph.edges {
        let _ = write!(text, "\n  {} --> {}", edge.from, edge.to);
    }
    text
}

//! What a tool is, and the builder that takes its types from the function that runs.

use std::{future::Future, pin::Pin, sync::Arc};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Access, Context, ExampleAccount, JsonObject, NotDone, ToolOutput, Toolset,
    input::{Arguments, output_schema},
};

/// One tool: what the agent reads, and what runs. It is made by [`Tool::read`], [`Tool::write`], [`Tool::decide`] or
/// [`Tool::irreversible`].
pub struct Tool {
    /// The name in `tools/list`, `didit_<noun>_<verb>`.
    pub name: &'static str,
    /// The name shown to people.
    pub title: &'static str,
    /// The group it is switched with.
    pub toolset: Toolset,
    /// What a call can do.
    pub access: Access,
    /// Whether a second identical call changes nothing more.
    pub idempotent: bool,
    /// Whether a call replaces what was there, and so is destructive without being a decision.
    pub overwrites: bool,
    /// For a `Write`: the states in which a human agrees first all the same, as a clause; `None` where it never asks.
    pub asks_when: Option<&'static str>,
    /// Which tool shows whether an interrupted change happened, and what it shows.
    pub verify_with: Option<(&'static str, &'static str)>,
    /// One or two sentences for the agent.
    pub description: &'static str,
    /// Words that people use for what it does, for clients that search tools instead of listing them.
    pub search_words: Option<&'static str>,
    /// The schema of the arguments, in the portable subset.
    pub input: fn() -> JsonObject,
    /// The schema of the structured result, where it feeds another call.
    pub output: Option<fn() -> JsonObject>,
    /// Older or shorter names of arguments, accepted but not advertised: `(from, to)`.
    pub aliases: &'static [(&'static str, &'static str)],
    /// Arguments of a call that works in an account with one of everything. Tests of all tools run it.
    pub example: Example,
    /// Runs the tool on arguments that already fit the schema.
    pub run: RunTool,
}

/// The arguments of a tool that takes none.
#[derive(Deserialize, JsonSchema)]
pub struct NoInput {}

/// The arguments of a call that works in this account.
pub type Example = fn(&ExampleAccount) -> Value;

/// The body of a tool.
pub type RunTool = Arc<dyn Fn(Context, Map<String, Value>) -> ToolFuture + Send + Sync>;

/// The future of a running tool.
pub type ToolFuture = Pin<Box<dyn Future<Output = Result<ToolOutput, NotDone>> + Send>>;

impl Tool {
    /// A tool that changes nothing.
    pub fn read(name: &'static str, toolset: Toolset) -> Named {
        Named::new(name, toolset, Access::Read)
    }

    /// A tool that adds or changes something that can be changed back.
    pub fn write(name: &'static str, toolset: Toolset) -> Named {
        Named::new(name, toolset, Access::Write)
    }

    /// A tool that decides about a person, or where data goes.
    pub fn decide(name: &'static str, toolset: Toolset) -> Named {
        Named::new(name, toolset, Access::Decide)
    }

    /// A tool whose effect cannot be undone.
    pub fn irreversible(name: &'static str, toolset: Toolset) -> Named {
        Named::new(name, toolset, Access::Irreversible)
    }
}

/// A tool with a name, which still needs a title.
pub struct Named {
    name: &'static str,
    toolset: Toolset,
    access: Access,
}

/// A tool with a title, which still needs a description.
pub struct Titled {
    named: Named,
    title: &'static str,
}

/// A tool with a description, which still needs an example: every test of all tools calls it.
pub struct Described {
    titled: Titled,
    description: &'static str,
}

/// A tool that lacks only what runs.
pub struct ToolBuilder {
    described: Described,
    example: Example,
    idempotent: bool,
    overwrites: bool,
    asks_when: Option<&'static str>,
    verify_with: Option<(&'static str, &'static str)>,
    output: Option<fn() -> JsonObject>,
    aliases: &'static [(&'static str, &'static str)],
    search_words: Option<&'static str>,
}

impl Named {
    fn new(name: &'static str, toolset: Toolset, access: Access) -> Self {
        Self {
            name,
            toolset,
            access,
        }
    }

    /// The name shown to people.
    pub fn title(self, title: &'static str) -> Titled {
        Titled { named: self, title }
    }
}

impl Titled {
    /// One or two sentences for the agent, which say what it is for.
    pub fn description(self, description: &'static str) -> Described {
        Described {
            titled: self,
            description,
        }
    }
}

impl Described {
    /// Arguments of a call that works in an account with one of everything.
    pub fn example(self, example: Example) -> ToolBuilder {
        let is_read = self.titled.named.access == Access::Read;
        ToolBuilder {
            described: self,
            example,
            idempotent: is_read,
            overwrites: false,
            asks_when: None,
            verify_with: None,
            output: None,
            aliases: &[],
            search_words: None,
        }
    }
}

impl ToolBuilder {
    /// A second identical call changes nothing more; reads are so by themselves.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// A call makes something new each time, as a read that writes a file does.
    #[must_use]
    pub fn not_idempotent(mut self) -> Self {
        self.idempotent = false;
        self
    }

    /// A call replaces what was there.
    #[must_use]
    pub fn overwrites(mut self) -> Self {
        self.overwrites = true;
        self
    }

    /// The states in which a human agrees first, as a clause.
    #[must_use]
    pub fn asks_when(mut self, states: &'static str) -> Self {
        self.asks_when = Some(states);
        self
    }

    /// Which tool shows whether an interrupted change happened, and what it shows.
    #[must_use]
    pub fn verify_with(mut self, tool: &'static str, what: &'static str) -> Self {
        self.verify_with = Some((tool, what));
        self
    }

    /// The type of the structured result, where it feeds another call.
    #[must_use]
    pub fn output<T: JsonSchema>(mut self) -> Self {
        self.output = Some(output_schema::<T>);
        self
    }

    /// Older or shorter names of arguments, accepted but not advertised.
    #[must_use]
    pub fn aliases(mut self, aliases: &'static [(&'static str, &'static str)]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Words that people use for what it does, beside those of the description.
    #[must_use]
    pub fn search_words(mut self, words: &'static str) -> Self {
        self.search_words = Some(words);
        self
    }

    /// What runs; the schema of the arguments is that of its input.
    pub fn run<Input, Running>(
        self,
        run: impl Fn(Context, Input) -> Running + Copy + Send + Sync + 'static,
    ) -> Tool
    where
        Input: Arguments + Send + 'static,
        Running: Future<Output = Result<ToolOutput, NotDone>> + Send + 'static,
    {
        let Described {
            titled: Titled { named, title },
            description,
        } = self.described;
        Tool {
            name: named.name,
            title,
            toolset: named.toolset,
            access: named.access,
            idempotent: self.idempotent,
            overwrites: self.overwrites,
            asks_when: self.asks_when,
            verify_with: self.verify_with,
            description,
            input: Input::schema,
            output: self.output,
            aliases: self.aliases,
            search_words: self.search_words,
            example: self.example,
            run: Arc::new(move |context, arguments| {
                Box::pin(async move { run(context, Input::read(arguments)?).await })
            }),
        }
    }
}

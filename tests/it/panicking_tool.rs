//! A tool that panics or hangs: its caller gets an answer, and the server goes on.

use std::{path::PathBuf, sync::Arc, time::Duration};

use didit_mcp::{
    credentials::{Profile, Store},
    redact::Redactor,
    server::{Policy, Server},
    tools::{
        Connection, ConnectionSettings, Mode, NoInput, PersonalData, Tool, ToolBuilder, ToolOutput,
        Toolset,
    },
};
use rmcp::{ServiceExt, model::CallToolRequestParams};

fn draft(name: &'static str) -> ToolBuilder {
    Tool::write(name, Toolset::Account)
        .title("Test")
        .description("A tool of this test.")
        .example(|_| serde_json::json!({}))
        .verify_with("didit_test_fine", "shows what happened.")
}

fn server(timeout: Duration) -> Server {
    let settings = ConnectionSettings {
        mode: Mode::Didit,
        api_base_url: "http://127.0.0.1:9/v3".parse().unwrap(),
        auth_base_url: "http://127.0.0.1:9/auth/v2".parse().unwrap(),
        api_key: None,
        password: None,
        webhook_secret: None,
        workflow_id: None,
        output_dir: PathBuf::new(),
        audit_log: None,
        timeout,
        rate_limits: true,
        extra_ca_pem: None,
        personal_data: PersonalData::Minimal,
        switches: Vec::new(),
    };
    let store = Store::Memory(Box::new(std::sync::Mutex::new(Profile::default())));
    let connection = Arc::new(Connection::new(settings, store, Redactor::default()));
    let tools = vec![
        draft("didit_test_panic")
            .run(|_, _: NoInput| async { panic!("the passport number is P1234567") }),
        draft("didit_test_hang").run(|_, _: NoInput| std::future::pending()),
        draft("didit_test_fine").run(|_, _: NoInput| async { Ok(ToolOutput::new("fine")) }),
    ];
    Server::with_tools(tools, connection, &Policy::default(), None)
}

async fn texts(timeout: Duration, names: &[&'static str]) -> Vec<(bool, String)> {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let serving = tokio::spawn(async move {
        let service = server(timeout).serve(ours).await.unwrap();
        service.waiting().await.unwrap();
    });
    let client = ().serve(theirs).await.unwrap();
    let mut texts = Vec::new();
    for name in names {
        let result = client
            .call_tool(CallToolRequestParams::new(*name))
            .await
            .unwrap();
        let text = result.content[0].as_text().unwrap().text.clone();
        texts.push((result.is_error.unwrap_or_default(), text));
    }
    client.cancel().await.unwrap();
    serving.await.unwrap();
    texts
}

#[tokio::test]
async fn a_panic_is_an_error_of_one_call_and_says_nothing_of_its_reason() {
    let texts = texts(
        Duration::from_secs(30),
        &["didit_test_panic", "didit_test_fine"],
    )
    .await;
    assert!(texts[0].0);
    assert!(
        texts[0].1.starts_with("Error (internal_error)"),
        "{}",
        texts[0].1
    );
    assert!(!texts[0].1.contains("P1234567"));
    assert_eq!(texts[1], (false, "fine".to_owned()));
}

#[tokio::test]
async fn a_hang_ends_at_the_deadline_and_names_the_tool_that_tells() {
    let texts = texts(
        Duration::from_millis(50),
        &["didit_test_hang", "didit_test_fine"],
    )
    .await;
    assert!(texts[0].0);
    assert!(texts[0].1.starts_with("Error (timeout)"), "{}", texts[0].1);
    assert!(
        texts[0].1.contains("didit_test_fine shows what happened."),
        "{}",
        texts[0].1
    );
    assert_eq!(texts[1], (false, "fine".to_owned()));
}

//! The people whom the application has verified.

use serde_json::json;

use super::{
    Context, NotDone, Tool, ToolOutput, Toolset,
    fields::Fields,
    input::Combined,
    paging::{self, Counted, PageInput},
    personal::Class,
};
use crate::didit::{Page, UserFilter, UsersFound};

pub(super) fn tools() -> Vec<Tool> {
    vec![
        Tool::read("didit_user_list", Toolset::People)
            .title("List people")
            .description(
                "Lists the people who were verified, the most recent first, with their status and how their sessions ended.",
            )
            .example(|_| json!({ "status": "ACTIVE" }))
            .run(list),
    ]
}

async fn list(
    context: Context,
    Combined(filter, page): Combined<UserFilter, PageInput>,
) -> Result<ToolOutput, NotDone> {
    let page = paging::page(&page)?;
    let UsersFound { users, left_out } = context.client()?.list_users(&filter, &page).await?;
    let level = context.connection.settings().personal_data;
    let total = users.total.filter(|_| left_out == 0);
    let rows = Page { total, ..users }.map(|user| {
        Fields::new(level)
            .not_personal("vendor_data", user.vendor_data)
            .not_personal("didit_internal_id", user.didit_internal_id)
            .personal("effective_name", Class::Identity, user.effective_name)
            .not_personal("status", user.status)
            .not_personal("session_count", user.session_count)
            .not_personal("approved_count", user.approved_count)
            .not_personal("declined_count", user.declined_count)
            .not_personal("in_review_count", user.in_review_count)
            .not_personal("last_session_at", user.last_session_at)
    });
    let ignored = format!(
        ", most recent first. Didit ignored the filter: {left_out} of this page do not fit and are left out, and others who fit \
         may be on any page"
    );
    let order = if left_out == 0 {
        ", most recent first"
    } else {
        &ignored
    };
    Ok(paging::answer(
        &context,
        rows,
        &page,
        "person(s)",
        order,
        Counted::To100,
    ))
}

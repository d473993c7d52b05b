//! Looking things up in the state.

use uuid::Uuid;

use super::{accounts::Account, owned::All, state::State, workflows::Workflow};

impl State {
    pub fn account_mut(&mut self, email: &str) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|known| known.email == email)
    }

    /// The organization of a console user whose e-mail is verified.
    pub fn organization_of(&self, account: Uuid) -> Option<Uuid> {
        self.accounts.one(account)?.organization
    }

    /// The balance an application is billed from, in ten-thousandths of a dollar.
    pub fn balance_mut(&mut self, application: Uuid) -> Option<&mut i64> {
        let organization = self.applications.one(application)?.organization;
        let owner = self.organizations.one_mut(organization);
        owner.map(|owner| &mut owner.balance)
    }

    pub fn latest_published(&self, group: Uuid) -> Option<&Workflow> {
        let versions = self.workflows.iter().filter(|known| known.group == group);
        let published = versions.filter(|known| known.published_at.is_some());
        published.max_by_key(|known| known.version)
    }

    /// The workflow whose own link ends in `token`.
    pub fn workflow_by_link(&self, token: &str) -> Option<&Workflow> {
        self.workflows.iter().find(|known| known.url_token == token)
    }
}

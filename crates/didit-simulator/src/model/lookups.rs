//! Looking things up in the state.

use uuid::Uuid;

use super::{accounts::Account, lists::List, owned::All, state::State, workflows::Workflow};

impl State {
    pub fn account_mut(&mut self, email: &str) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|known| known.email == email)
    }

    /// The organization of a console user whose e-mail is verified.
    pub fn organization_of(&self, account: Uuid) -> Option<Uuid> {
        self.accounts.one(account)?.organization
    }

    /// The application whose key this is.
    pub fn owner_of_key(&self, key: &str) -> Option<Uuid> {
        let owner = self.applications.iter().find(|known| known.api_key == key);
        owner.map(|known| known.uuid)
    }

    /// The account whose access token this is, as long as it can be used.
    pub fn owner_of_token(&self, text: &str) -> Option<Uuid> {
        let now = self.now();
        let mut usable = self.tokens.iter().filter(|token| token.expires_at > now);
        let token = usable.find(|token| token.text == text);
        token.map(|token| token.account)
    }

    /// The balance an application is billed from, in ten-thousandths of a dollar.
    pub fn balance_mut(&mut self, application: Uuid) -> Option<&mut i64> {
        let organization = self.applications.one(application)?.organization;
        let owner = self.organizations.one_mut(organization);
        owner.map(|owner| &mut owner.balance)
    }

    /// The system's blocklist for one kind of value.
    pub fn blocklist_mut(&mut self, application: Uuid, entry_type: &str) -> Option<&mut List> {
        let mut own = self.lists.of_mut(application);
        own.find(|list| list.blocks(entry_type))
    }

    pub fn latest_published(&self, group: Uuid) -> Option<&Workflow> {
        let published = self
            .workflows
            .iter()
            .filter(|known| known.published_at.is_some());
        let versions = published.filter(|known| known.group == group);
        versions.max_by_key(|known| known.version)
    }

    /// The version a session runs when it names `id`, which may be a group or any version of it.
    pub fn workflow_to_run(&self, id: Uuid, application: Uuid) -> Option<&Workflow> {
        let mut own = self.workflows.of(application);
        let named = own.find(|known| known.group == id || known.uuid == id)?;
        self.latest_published(named.group)
    }

    /// The workflow whose own link ends in `token`.
    pub fn workflow_by_link(&self, token: &str) -> Option<&Workflow> {
        self.workflows.iter().find(|known| known.url_token == token)
    }
}

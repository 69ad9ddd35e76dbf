using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Deployments.Stores;

public sealed class DeploymentStoresTests
{
    const string Application = "postgresql://postgres:s3cret@db.example:5432/app";

    [Fact]
    public async Task The_journals_own_address_comes_first()
    {
        await using var store = Open(("MAILY_JOURNAL_URL", "postgresql://journal:s3cret@other.example:5433/journal"), ("SUPABASE_DB_URL", Application));

        store.Description.ShouldContain("journal@other.example:5433/journal");
        store.Description.ShouldNotContain("s3cret");
    }

    [Fact]
    public async Task The_journal_may_be_a_folder()
    {
        await using var store = Open(("MAILY_JOURNAL_URL", "file:///srv/journal"), ("SUPABASE_DB_URL", Application));

        store.Description.ShouldBe("files in /srv/journal");
    }

    [Fact]
    public async Task Without_an_address_of_its_own_it_is_the_applications_database()
    {
        await using var byUrl = Open(("SUPABASE_DB_URL", Application));
        await using var byParts = Open(("DATABASE_HOST", "parts.example"), ("DATABASE_USER", "u"), ("DATABASE_PASSWORD", "p"), ("DATABASE_NAME", "n"));

        byUrl.Description.ShouldContain("db.example:5432/app, schema maily_deploy");
        byParts.Description.ShouldContain("u@parts.example:5432/n");
    }

    [Fact]
    public async Task Without_any_database_it_is_the_folder()
    {
        await using var store = Open();

        store.Description.ShouldBe("files in /here");
    }

    [Fact]
    public void Files_of_one_machine_do_not_serve_where_others_deploy_too()
    {
        var refused = Should.Throw<NoJournalPlaceException>(() => DeploymentStores.Open(new([]), folder: null, TimeProvider.System));

        refused.Kind.ShouldBe(FailureKind.Refused);
        refused.Remedy.ShouldContain("MAILY_JOURNAL_URL");
    }

    [Theory]
    [InlineData("mysql://u:s3cret@h/x")]
    [InlineData("s3cret")]
    [InlineData("file://")]
    public void An_address_of_no_known_form_is_refused_without_showing_it(string address)
    {
        var error = Should.Throw<MalformedVariableException>(() => Open(("MAILY_JOURNAL_URL", address)));

        error.Message.ShouldContain("MAILY_JOURNAL_URL");
        error.Message.ShouldNotContain("s3cret");
    }

    static IDeploymentStore Open(params (string Name, string Value)[] variables) =>
        DeploymentStores.Open(new(variables.Select(variable => new Variable(variable.Name, variable.Value, "test"))), "/here", TimeProvider.System);
}

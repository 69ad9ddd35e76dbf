using Maily.Deploy.Postgres;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Postgres;

public sealed class DatabaseSettingsTests
{
    [Theory]
    [InlineData("postgresql://postgres.abc:p%40ss%2Fw@aws-0-eu.pooler.supabase.com:5432/postgres?sslmode=require", "postgres.abc@aws-0-eu.pooler.supabase.com:5432/postgres", "p@ss/w")]
    [InlineData("postgres://u:a@b@h/n", "u@h:5432/n", "a@b")]
    [InlineData("postgres://u@[::1]:6000/n%20m", "u@[::1]:6000/n m", null)]
    [InlineData("postgresql://u:p@h", "u@h:5432/u", "p")]
    [InlineData("Host=h;Port=6000;Username=u;Password='a;b';Database=n", "u@h:6000/n", "a;b")]
    public void Both_forms_of_a_connection_string_are_read(string text, string printed, string? password)
    {
        var settings = DatabaseSettings.From(Variables(("SUPABASE_DB_URL", text)));
        settings.ToString().ShouldBe(printed);
        settings.Password?.Reveal().ShouldBe(password);
    }

    [Theory]
    [InlineData("not a connection")]
    [InlineData("postgres://h/n")]
    [InlineData("postgres://u:100%@h/n")]
    [InlineData("postgres://u:hunter2@h:port/n")]
    [InlineData("postgres://u:hunter2@h:70000/n")]
    [InlineData("postgres://u:hunter2@h/n/m")]
    [InlineData("postgres://u:hunter2@h/n?sslmode=maybe")]
    [InlineData("postgres://u:hunter2@a,b/n")]
    [InlineData("Host=h;Passwort=hunter2")]
    [InlineData("Host=h;Port=hunter2")]
    public void What_cannot_be_read_is_refused_without_showing_it(string text)
    {
        var error = Should.Throw<MalformedVariableException>(() => DatabaseSettings.From(Variables(("SUPABASE_DB_URL", text))));
        error.ToString().ShouldNotContain("hunter2");
        error.Name.ShouldBe("SUPABASE_DB_URL");
    }

    [Fact]
    public void The_parts_stand_in_where_there_is_no_connection_string() =>
        DatabaseSettings.From(Parts("h:6000")).ToString().ShouldBe("u@h:6000/n");

    [Fact]
    public void Nothing_set_names_the_variable() =>
        Should.Throw<MissingVariableException>(() => DatabaseSettings.From(Variables())).Name.ShouldBe("SUPABASE_DB_URL");

    [Theory]
    [InlineData("postgres://u@h:6543/n")]
    [InlineData("postgres://u@h/n?pgbouncer=true")]
    public void A_pooler_in_transaction_mode_is_known(string text) =>
        DatabaseSettings.From(Variables(("SUPABASE_DB_URL", text))).IsTransactionPooler.ShouldBeTrue();

    [Theory]
    [InlineData("postgres://u:secret@127.0.0.1:6000/n", "localhost:6000", "u", "n", "secret")]
    [InlineData("postgres://u:secret@h:6000/n", "h", "u", "n", "secret")]
    [InlineData("postgres://postgres.ref:secret@aws-1-eu.pooler.supabase.com:5432/n", "db.ref.supabase.co", "postgres", "n", "secret")]
    public void One_database_by_two_names_agrees(string url, string host, string user, string name, string password) =>
        Agreement(url, host, user, name, password).IsSame.ShouldBeTrue();

    [Theory]
    [InlineData("other", "u", "n", "secret", "host: h:6000 and other:6000")]
    [InlineData("h:7000", "u", "n", "secret", "host: h:6000 and h:7000")]
    [InlineData("h", "v", "n", "secret", "user: u and v")]
    [InlineData("h", "u", "m", "secret", "name: n and m")]
    [InlineData("h", "u", "n", "hunter2", "the passwords differ")]
    public void Two_databases_are_told_apart(string host, string user, string name, string password, string difference) =>
        Agreement("postgres://u:secret@h:6000/n", host, user, name, password).Differences.ShouldBe([difference]);

    static DatabaseAgreement Agreement(string url, string host, string user, string name, string password)
    {
        var variables = Variables(("SUPABASE_DB_URL", url), ("DATABASE_HOST", host), ("DATABASE_USER", user), ("DATABASE_NAME", name), ("DATABASE_PASSWORD", password));
        return DatabaseAgreement.Between(DatabaseSettings.FromUrl(variables)!, DatabaseSettings.FromParts(variables)!);
    }

    static Variables Parts(string host) => Variables(("DATABASE_HOST", host), ("DATABASE_USER", "u"), ("DATABASE_NAME", "n"), ("DATABASE_PASSWORD", "p"));

    static Variables Variables(params (string Name, string Value)[] pairs) => new(pairs.Select(pair => new Variable(pair.Name, pair.Value, "test")));
}

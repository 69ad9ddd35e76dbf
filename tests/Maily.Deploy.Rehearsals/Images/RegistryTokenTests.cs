using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>A registry that sends its users for a token.</summary>
public sealed class RegistryTokenTests : IDisposable
{
    readonly TokenRegistry registry = new();
    readonly TokenRegistry other = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        registry.Dispose();
        other.Dispose();
    }

    [Fact]
    public async Task The_token_is_asked_for_once_for_each_repository_and_shown_from_then_on()
    {
        using var reader = Reader();

        (await reader.FindDigestAsync("api", "one", Token)).ShouldBe(TokenRegistry.Digest);
        (await reader.FindManifestAsync("api", "two", Token)).ShouldNotBeNull().Digest.ShouldBe(TokenRegistry.Digest);
        registry.TokenRequests.ShouldBe(["/token?service=registry.test&scope=repository%3Amaily%2Fapi%3Apull%2Cpush"]);
        (await reader.FindDigestAsync("web", "one", Token)).ShouldBe(TokenRegistry.Digest);

        registry.TokenRequests.Count().ShouldBe(2);
        registry.Asked.Where(asked => asked.Login is { } login && login.StartsWith("Basic", StringComparison.Ordinal)).ShouldAllBe(asked => asked.Request.StartsWith("/token"));
    }

    [Fact]
    public async Task A_token_that_has_expired_is_replaced()
    {
        using var reader = Reader();
        await reader.FindDigestAsync("api", "one", Token);
        registry.ForgetTokens();

        (await reader.FindDigestAsync("api", "one", Token)).ShouldBe(TokenRegistry.Digest);

        registry.TokenRequests.Count().ShouldBe(2);
    }

    [Fact]
    public async Task Tokens_may_come_from_another_host()
    {
        registry.Realm = other.Realm;
        using var reader = Reader();

        (await reader.FindDigestAsync("api", "one", Token)).ShouldBe(TokenRegistry.Digest);

        other.TokenRequests.Count().ShouldBe(1);
        registry.TokenRequests.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_login_is_not_sent_in_the_clear()
    {
        registry.Realm = "http://tokens.example/token";
        using var reader = Reader();

        var refused = await Should.ThrowAsync<RegistryException>(() => reader.FindDigestAsync("api", "one", Token));

        refused.Fact.ShouldBe($"The registry {registry.Host} wants the login sent to 'http://tokens.example/token', which is no https address.");
    }

    // It would get the password of the registry that led there.
    [Fact]
    public async Task A_host_to_which_the_registry_leads_gets_no_login_even_when_it_asks()
    {
        registry.LeadsTo = $"http://{other.Host}/v2/maily/api/manifests/one";
        using var reader = Reader();

        await Should.ThrowAsync<RegistryException>(() => reader.FindDigestAsync("api", "one", Token));

        other.Asked.ShouldNotBeEmpty();
        other.Asked.ShouldAllBe(asked => asked.Login == null);
        other.TokenRequests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wrong_password_is_explained_in_the_words_of_who_gives_tokens_and_not_shown()
    {
        using var reader = Reader("wrong horse battery");

        var refused = await Should.ThrowAsync<RegistryException>(() => reader.FindDigestAsync("api", "one", Token));

        refused.Status.ShouldBe(401);
        refused.Fact.ShouldBe($"The registry {registry.Host} has its tokens from {registry.Host}, which answered 401 to the login of ci.");
        refused.Evidence.ShouldNotBeNull().ShouldContain("incorrect username or password");
        refused.ToString().ShouldNotContain("wrong horse");
        registry.TokenRequests.Count().ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_login_the_error_says_so()
    {
        using var reader = Reader(password: null);

        (await Should.ThrowAsync<RegistryException>(() => reader.FindDigestAsync("api", "one", Token))).Fact.ShouldContain("answered 401 to a request without a login");
    }

    [Fact]
    public async Task Who_gives_tokens_may_fail_for_a_while()
    {
        registry.Fault = (503, "starting", 2);
        using var reader = Reader();

        (await reader.FindDigestAsync("api", "one", Token)).ShouldBe(TokenRegistry.Digest);

        registry.TokenRequests.Count().ShouldBe(3);
    }

    [Theory]
    [InlineData(500, "the database is down", "which answered 500 to the login of ci", "the database is down")]
    [InlineData(200, "<html>Welcome</html>", "which gave none", null)]
    [InlineData(200, "[]", "which gave none", null)]
    public async Task Who_gives_none_is_named(int status, string answer, string fact, string? evidence)
    {
        registry.Fault = (status, answer, 100);
        using var reader = Reader();

        var failed = await Should.ThrowAsync<RegistryException>(() => reader.FindDigestAsync("api", "one", Token));

        failed.Fact.ShouldContain(fact);
        failed.Evidence.ShouldBe(evidence);
    }

    [Fact]
    public async Task Where_no_token_is_given_to_delete_the_error_says_how_to_allow_it()
    {
        registry.Fault = (403, "denied", 100);
        using var reader = Reader();
        var permit = new ChangePermit(DeploymentId.Create(TimeProvider.System, "0123456"), new StepId("PruneImages", "api"), 1, TimeProvider.System, () => TimeSpan.MaxValue);

        var refused = await Should.ThrowAsync<DeletionForbiddenException>(() => new RegistryWriter(SettingsFor(TokenRegistry.Password), reader, permit).DeleteAsync("api", TokenRegistry.Digest, Token));

        refused.Fact.ShouldContain("answered 403");
        refused.Evidence.ShouldBe("denied");
    }

    RegistryReader Reader(string? password = TokenRegistry.Password) => new(SettingsFor(password), TimeProvider.System);

    ImageSettings SettingsFor(string? password) => ImageSettings.From(new Variables([])) with
    {
        Registry = new RegistryAddress(registry.Host, "maily"), User = TokenRegistry.User, Password = password is null ? null : new Secret(password),
    };
}

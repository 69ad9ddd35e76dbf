using System.Net.Http.Headers;
using System.Security.Cryptography;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>A real registry that asks for a user's name and password.</summary>
public sealed class RegistryLoginTests : IAsyncLifetime
{
    const string Wrong = "wrong horse battery";

    static readonly byte[] Config = "{}"u8.ToArray();

    LockedRegistry registry = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => registry = await LockedRegistry.StartAsync(Token);

    public ValueTask DisposeAsync() => registry.DisposeAsync();

    [Fact]
    public async Task With_the_right_login_an_image_is_pushed_and_its_digest_read()
    {
        var settings = SettingsFor(LockedRegistry.Password);
        using var reader = new RegistryReader(settings, TimeProvider.System);
        var manifest = Manifest();

        await PushAsync(settings, reader, manifest);

        await reader.PingAsync(Token);
        (await reader.FindDigestAsync("api", "one", Token)).ShouldBe(manifest.Digest);
        (await reader.FindManifestAsync("api", "one", Token)).ShouldNotBeNull().Content.ShouldBe(manifest.Content);
        (await reader.TagsAsync("api", Token)).ShouldBe(["one"]);
        (await reader.FindDigestAsync("api", "two", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_wrong_password_is_named_as_such_and_not_shown()
    {
        using var reader = new RegistryReader(SettingsFor(Wrong), TimeProvider.System);

        var refused = await Should.ThrowAsync<RegistryException>(() => reader.FindDigestAsync("api", "one", Token));

        refused.Status.ShouldBe(401);
        refused.Fact.ShouldBe($"The registry 127.0.0.1:{registry.Port} answered 401 to HEAD 127.0.0.1:{registry.Port}/maily/api:one: it does not take the login of ci.");
        refused.Remedy.ShouldContain("REGISTRY_PASSWORD");
        refused.ToString().ShouldNotContain(Wrong);
        refused.ToString().ShouldNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"ci:{Wrong}")));
    }

    [Fact]
    public async Task Where_no_login_is_given_the_error_says_that_one_is_asked_for()
    {
        using var reader = new RegistryReader(SettingsFor(null), TimeProvider.System);

        var refused = await Should.ThrowAsync<RegistryException>(() => reader.PingAsync(Token));

        refused.Status.ShouldBe(401);
        refused.Fact.ShouldBe($"The registry 127.0.0.1:{registry.Port} answered 401 to the version check: it asks for a login, and none is given.");
        refused.MayPass.ShouldBeFalse();
    }

    [Fact]
    public async Task A_push_with_a_wrong_password_is_not_tried_again()
    {
        var settings = SettingsFor(Wrong);
        using var reader = new RegistryReader(settings, TimeProvider.System);

        var failed = await Should.ThrowAsync<ImagePushException>(() => PushAsync(settings, reader, Manifest()));

        failed.Fact.ShouldContain("it does not take the login of ci");
        failed.IsTransient.ShouldBeFalse();
        failed.ToString().ShouldNotContain(Wrong);
    }

    ImageSettings SettingsFor(string? password) => ImageSettings.From(new Variables([])) with
    {
        Registry = new RegistryAddress($"127.0.0.1:{registry.Port}", "maily"), User = LockedRegistry.User, Password = password is null ? null : new Secret(password),
    };

    static async Task PushAsync(ImageSettings settings, RegistryReader reader, ServedManifest manifest)
    {
        var permit = new ChangePermit(DeploymentId.Create(TimeProvider.System, "0123456"), new StepId("PushImages", "api"), 1, TimeProvider.System, () => TimeSpan.MaxValue);
        var writer = new RegistryWriter(settings, reader, permit);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, Config, Token);
            await writer.PushBlobAsync("api", DigestOf(Config), file, TimeProvider.System, (_, _) => { }, Token);
        }
        finally
        {
            File.Delete(file);
        }

        await writer.TagAsync("api", manifest, "one", Token);
    }

    static ServedManifest Manifest()
    {
        const string Type = "application/vnd.oci.image.manifest.v1+json";
        var content = System.Text.Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"mediaType":"{{{Type}}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{DigestOf(Config)}}}","size":{{{Config.Length}}}},"layers":[]}""");
        return new(DigestOf(content), new MediaTypeHeaderValue(Type).MediaType!, content);
    }

    static string DigestOf(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
}

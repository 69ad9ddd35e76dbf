using System.Net;
using System.Security.Cryptography;
using Maily.Deploy.Images;
using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Sandbox.Wires;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>The engine pushes to the registry over a wire that fails.</summary>
public sealed class PushFaultTests(SandboxFixture fixture)
{
    const int Large = 20_000_000;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_registry_that_cuts_the_connection_at_90_percent_ends_well()
    {
        using var folder = await ImageFolder.CreateAsync(fixture);
        await using var wire = Wire.Open("registry", new IPEndPoint(IPAddress.Loopback, folder.Settings.Registry.Uri.Port), TimeProvider.System);
        var settings = folder.Settings with { Registry = new RegistryAddress($"127.0.0.1:{wire.Port}", "") };
        WriteLayers(folder);
        var cuts = folder.CutAt(wire, Large * 9L / 10, complete: 0, done => done < 1);

        var run = await folder.BuildAndPush(settings).RunAsync(ImageFolder.Commit, Token);

        run.Failure.ShouldBeNull();
        cuts().ShouldBe(1);
        (await folder.ServedAsync(folder.Image.Name, "git-0123456789ab", Token)).ShouldBe(run.Outputs("PushImages", folder.Image.Name)["digest"]);
    }

    [Fact]
    public async Task A_registry_that_lies_about_a_digest_is_not_believed()
    {
        using var folder = await ImageFolder.CreateAsync(fixture);
        folder.Write("Dockerfile", $"FROM {folder.Base}\nRUN echo hello\n");
        using var liar = new LyingRegistry(folder.Settings.Registry.Uri);
        var settings = folder.Settings with { Registry = new RegistryAddress($"127.0.0.1:{liar.Port}", "") };

        var failure = (await folder.BuildAndPush(settings).RunAsync(ImageFolder.Commit, Token)).Failure.ShouldBeOfType<RegistryException>();

        failure.Fact.ShouldContain("and calls it sha256:");
    }

    static void WriteLayers(ImageFolder folder)
    {
        folder.Write("Dockerfile", $"FROM {folder.Base}\nCOPY small /small\nCOPY large /large\n");
        File.WriteAllBytes(Path.Combine(folder.Image.Context, "small"), RandomNumberGenerator.GetBytes(Large / 20));
        File.WriteAllBytes(Path.Combine(folder.Image.Context, "large"), RandomNumberGenerator.GetBytes(Large));
    }
}

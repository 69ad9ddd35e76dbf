using System.Text.Json;
using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Rehearsals.Platform;

public sealed class ServiceTests
{
    public static TheoryData<string> Services => [.. PlatformFolder.Services];

    [Fact]
    public void Each_folder_is_a_declared_service() =>
        Directory.GetDirectories(PlatformFolder.Path("services")).Select(folder => Path.GetFileName(folder)!)
            .Order(StringComparer.Ordinal).ShouldBe(PlatformFolder.Services);

    [Theory, MemberData(nameof(Services))]
    public void An_image_is_built_on_the_base_that_it_is_given_and_does_not_run_as_root(string service)
    {
        var lines = File.ReadAllLines(PlatformFolder.Path("services", service, "Dockerfile"));

        lines.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)).ShouldBe(["FROM ${BASE_IMAGE}"]);
        lines.ShouldContain("USER 65532:65532");
        lines.ShouldContain("ARG REVISION=unknown");
        lines.ShouldContain("ARG VERSION=0.0.0");
    }

    [Theory, MemberData(nameof(Services))]
    public async Task A_service_tells_what_it_is(string service)
    {
        var (status, body) = await AskAsync(service, "/version", "MAILY_NAME=it MAILY_COMMIT=0123abc MAILY_VERSION=1.2.3");

        status.ShouldBe("HTTP/1.1 200 OK");
        body.GetProperty("name").GetString().ShouldBe("it");
        body.GetProperty("commit").GetString().ShouldBe("0123abc");
        body.GetProperty("version").GetString().ShouldBe("1.2.3");
    }

    [Theory, MemberData(nameof(Services))]
    public async Task A_service_that_needs_nothing_is_healthy(string service)
    {
        var (status, body) = await AskAsync(service, "/health?from=test", "MAILY_NAME=it");

        status.ShouldBe("HTTP/1.1 200 OK");
        body.GetProperty("status").GetString().ShouldBe("ok");
    }

    [Theory]
    [InlineData("api-gateway", "VECTOR_SEARCH_URL=http://127.0.0.1:1")]
    [InlineData("campaign-worker", "VECTOR_SEARCH_URL=http://127.0.0.1:1")]
    [InlineData("vector-search", "INDEX_PATH=/no/such/folder")]
    [InlineData("blockchain-gateway", "CHAIN_RPC_URL=http://127.0.0.1:1")]
    [InlineData("ai-adapter", "PROVIDER=openai")]
    [InlineData("ai-adapter", "PROVIDER=openai PROVIDER_KEY=key ROUTING_PATH=/no/such/file")]
    [InlineData("octotools", "ROUTING_PATH=/no/such/file")]
    public async Task A_service_whose_dependency_is_gone_says_so_and_stays_alive(string service, string environment)
    {
        var (health, body) = await AskAsync(service, "/health", environment);
        var (live, _) = await AskAsync(service, "/health/live", environment);

        health.ShouldBe("HTTP/1.1 503 Service Unavailable");
        body.GetProperty("status").GetString().ShouldBe("failing");
        live.ShouldBe("HTTP/1.1 200 OK");
    }

    [Theory, MemberData(nameof(Services))]
    public async Task A_service_refuses_a_path_that_it_does_not_have(string service)
    {
        var (status, _) = await AskAsync(service, "/admin", "MAILY_NAME=it");

        status.ShouldBe("HTTP/1.1 404 Not Found");
    }

    [Theory]
    [InlineData(5, "200 OK", "ok")]
    [InlineData(500, "503 Service Unavailable", "behind")]
    public async Task The_gateway_is_ready_only_while_its_node_keeps_up_with_the_chain(int age, string status, string word)
    {
        var made = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - age;
        await using var node = await StandInHost.StartAsync(new()
        {
            Handle = context => Json.WriteAsync(context, 200, new { jsonrpc = "2.0", id = 1, result = new { number = "0x10", timestamp = $"0x{made:x}" } }, "application/json"),
            State = () => "",
        }, TestContext.Current.CancellationToken);

        var (line, body) = await AskAsync("blockchain-gateway", "/health/ready", $"CHAIN_RPC_URL={node.Url}");

        line.ShouldBe($"HTTP/1.1 {status}");
        body.GetProperty("checks").GetProperty("chain").GetString().ShouldBe(word);
    }

    [Theory]
    [InlineData("ai-adapter", "PROVIDER=openai PROVIDER_KEY=key")]
    [InlineData("octotools", "")]
    public async Task An_AI_service_is_ready_once_it_has_its_key_and_its_routing(string service, string environment)
    {
        var routing = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(routing, "{}", TestContext.Current.CancellationToken);

            (await AskAsync(service, "/health/ready", $"{environment} ROUTING_PATH={routing}")).Status.ShouldBe("HTTP/1.1 200 OK");
            (await AskAsync(service, "/health/ready", $"{environment} ROUTING_PATH={routing}.gone")).Status.ShouldBe("HTTP/1.1 503 Service Unavailable");
        }
        finally
        {
            File.Delete(routing);
        }
    }

    [Fact]
    public void What_others_build_is_named_by_version_and_can_come_from_elsewhere()
    {
        Directory.GetDirectories(PlatformFolder.Path("upstream")).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal).ShouldBe(PlatformFolder.Upstreams);
        foreach (var name in PlatformFolder.Upstreams)
            File.ReadAllText(PlatformFolder.Path("upstream", name, "Dockerfile")).ShouldMatch(@"\nARG UPSTREAM_IMAGE=docker\.io/[a-z/-]+:[0-9]+(\.[0-9]+)+\nFROM \$\{UPSTREAM_IMAGE\}\n$");
    }

    // The service's own script, by the shell of its base image: nc hands it a connection as standard input and output.
    static async Task<(string Status, JsonElement Body)> AskAsync(string service, string path, string environment)
    {
        var script = $"""printf 'GET {path} HTTP/1.1\r\nHost: maily\r\n\r\n' | {environment} busybox sh "$1" """;
        var command = CommandLine.Of("busybox", "sh", "-c", script, "ask", PlatformFolder.Path("services", service, "app", "serve"));
        var answer = await Tool.RunOrSkipAsync(command, TestContext.Current.CancellationToken);
        var lines = answer.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        return (lines[0], JsonDocument.Parse(lines[^1]).RootElement);
    }
}

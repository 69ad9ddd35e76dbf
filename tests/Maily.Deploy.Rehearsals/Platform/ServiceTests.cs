using System.Text.Json;
using Maily.Deploy.Processes;

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

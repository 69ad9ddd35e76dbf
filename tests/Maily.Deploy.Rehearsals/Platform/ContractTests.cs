using System.Collections.Concurrent;
using System.Collections.Immutable;
using Maily.Deploy.Contracts;
using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox.Http;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Rehearsals.Platform;

/// <summary>What the code of the platform asks of the database is what its contracts say.</summary>
public sealed class ContractTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_frontends_contract_is_what_its_functions_ask_for() =>
        (await Tool.RunOrSkipAsync(CommandLine.Of("node", "--test", "--test-reporter=tap", PlatformFolder.Path("web", "test", "contract.test.mjs")), Cancellation)).ShouldContain("# fail 0");

    [Fact]
    public async Task The_workers_contract_is_what_it_asks_for()
    {
        var asked = await RecordAsync("campaign-worker", "/due");
        var contract = await ReadAsync("campaign-worker");
        asked.ShouldBe(contract.Requests.Select(request => $"{request.Method} {request.Path}"));
    }

    [Theory]
    [InlineData("api-gateway")]
    [InlineData("vector-search")]
    [InlineData("blockchain-gateway")]
    [InlineData("ai-adapter")]
    [InlineData("octotools")]
    public async Task A_service_with_an_empty_contract_asks_for_nothing(string service)
    {
        foreach (var path in new[] { "/version", "/health", "/health/ready" })
            (await RecordAsync(service, path)).ShouldBeEmpty();
        (await ReadAsync(service)).Requests.ShouldBeEmpty();
    }

    static async Task<DatabaseContract> ReadAsync(string service) =>
        (await new ContractSource(PlatformFolder.Path("services"), [service], new ProcessRunner(TimeProvider.System)).ReadAsync(Cancellation)).Single();

    // The service's own script, by the shell of its base image, with a PostgREST that only listens.
    static async Task<ImmutableArray<string>> RecordAsync(string service, string path)
    {
        var asked = new ConcurrentQueue<string>();
        await using var listener = await StandInHost.StartAsync(new()
        {
            Handle = async context =>
            {
                asked.Enqueue($"{context.Request.Method} {context.Request.Path.Value!["/rest/v1".Length..]}{context.Request.QueryString}");
                await context.Response.WriteAsync("[]", Cancellation);
            },
            State = () => new { },
        }, Cancellation);
        const string script = """printf 'GET %s HTTP/1.1\r\n\r\n' "$2" | SUPABASE_URL="$3" SUPABASE_SERVICE_KEY=key busybox sh "$1" """;
        var answer = await Tool.RunOrSkipAsync(CommandLine.Of("busybox", "sh", "-c", script, "ask", PlatformFolder.Path("services", service, "app", "serve"), path, listener.Url.AbsoluteUri.TrimEnd('/')), Cancellation);
        answer.ShouldStartWith("HTTP/1.1 200 OK");
        return [.. asked];
    }
}

using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Http;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>
/// Vercel on loopback: the REST API, builds and promotions that take a moment, and the deployed files and functions,
/// really served by host name.
/// </summary>
public sealed class VercelStandIn : IAsyncDisposable
{
    readonly VercelCore core;
    readonly VercelEdge edge;
    readonly VercelLife life;
    readonly VercelApi api;
    readonly bool ownsWorkDirectory;
    readonly StandInHost[] hosts = new StandInHost[2];

    VercelStandIn(VercelStandInOptions options)
    {
        ownsWorkDirectory = options.WorkDirectory is null;
        var folder = options.WorkDirectory ?? Directory.CreateTempSubdirectory("maily-vercel-").FullName;
        Directory.CreateDirectory(folder);
        var now = options.Time.GetUtcNow();
        State = new VercelState(new VercelProject
        {
            Id = options.ProjectId,
            Name = options.ProjectName,
            Link = options.Link,
            AutoAssignCustomDomains = options.AutoAssignCustomDomains,
            CreatedAt = now,
            UpdatedAt = now,
        });
        Faults = new VercelFaults(() => hosts[0].Faults);
        core = new VercelCore(options, State, Faults, folder);
        edge = new VercelEdge(core);
        life = new VercelLife(core, edge);
        api = new VercelApi(core, Routes());
    }

    /// <summary>The API, for <c>VERCEL_API_URL</c>; requests that carry a deployment's Host header get the deployment.</summary>
    public Uri Url => hosts[0].Url;

    /// <summary>The production domain, for clients that cannot set a Host header.</summary>
    public Uri ProductionUrl => hosts[1].Url;

    /// <summary>Project, deployments, aliases and variables.</summary>
    public VercelState State { get; }

    /// <summary>Faults of the API, of builds and of promotions.</summary>
    public VercelFaults Faults { get; }

    /// <summary>Faults on the way to <see cref="ProductionUrl"/>.</summary>
    public HttpFaults ProductionFaults => hosts[1].Faults;

    /// <summary>What the API was asked.</summary>
    public RequestLog Requests => hosts[0].Requests;

    /// <summary>Starts the stand-in.</summary>
    /// <param name="options">Team, project, domain.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The running stand-in; dispose it to stop it and to remove its files.</returns>
    public static async Task<VercelStandIn> StartAsync(VercelStandInOptions options, CancellationToken cancellationToken)
    {
        var standIn = new VercelStandIn(options);
        standIn.hosts[0] = await StandInHost.StartAsync(standIn.DescribeApi(), cancellationToken);
        standIn.hosts[1] = await StandInHost.StartAsync(standIn.DescribeProduction(), cancellationToken);
        return standIn;
    }

    /// <summary>Remembers project, deployments, aliases and variables; the result goes back to them.</summary>
    public Action Remember()
    {
        var restore = State.Remember();
        return () =>
        {
            restore();
            edge.WithdrawOthers(State.Deployments.Select(deployment => deployment.Id));
        };
    }

    /// <summary>Stops servers, builds and functions, and removes a temporary folder.</summary>
    /// <returns>When all is stopped.</returns>
    public async ValueTask DisposeAsync()
    {
        await life.DisposeAsync();
        foreach (var host in hosts)
            await host.DisposeAsync();
        await edge.DisposeAsync();
        if (ownsWorkDirectory)
            Directory.Delete(core.WorkDirectory, recursive: true);
    }

    List<VercelRoute> Routes()
    {
        var json = new VercelJson(core);
        var projects = new VercelProjectApi(core, json);
        return
        [
            .. projects.Routes,
            .. new VercelFileApi(core).Routes,
            .. new VercelListApi(core, json, projects).Routes,
            .. new VercelAliasApi(core, json, life, projects).Routes,
            .. new VercelDeploymentApi(core, json, life, edge, projects).Routes,
            .. new VercelVariableApi(core, projects).Routes,
        ];
    }

    StandInService DescribeApi() => new()
    {
        Handle = context => edge.Owns(context.Request.Host.Host) ? edge.HandleAsync(context, context.Request.Host.Host) : api.HandleAsync(context),
        State = Snapshot,
        Controls = new Dictionary<string, RequestDelegate>(StringComparer.Ordinal)
        {
            ["POST /_faults/build"] = context => SetAsync(context, body => Faults.FailBuild(body.Text("line") ?? "Error: build failed", Count(body))),
            ["POST /_faults/alias"] = context => SetAsync(context, body => Faults.EndAliasJob(body.Text("outcome") ?? "failed", Count(body))),
        },
        Secrets = Secrets(),
        Port = core.Options.Port,
        MaxRequestBytes = 200_000_000,
        Time = core.Options.Time,
    };

    StandInService DescribeProduction() => new()
    {
        Handle = context => edge.HandleAsync(context, core.Options.ProductionDomain),
        State = () => State.Production ?? (object)new JsonObject(),
        Secrets = Secrets(),
        Port = core.Options.ProductionPort,
        Time = core.Options.Time,
    };

    string[] Secrets() => [core.Options.Token, core.Options.ProtectionBypass ?? ""];

    object Snapshot() => new
    {
        project = State.Project,
        productionUrl = ProductionUrl,
        deployments = State.Deployments,
        aliases = State.Aliases,
        variables = State.Variables.Select(variable => new { variable.Id, variable.Key, variable.Type, variable.Target }),
    };

    static int Count(JsonObject body) => body["count"] is JsonValue value && value.TryGetValue(out int count) ? count : 1;

    static async Task SetAsync(HttpContext context, Action<JsonObject> set)
    {
        try
        {
            set(await Json.ReadObjectAsync(context) ?? []);
            context.Response.StatusCode = StatusCodes.Status201Created;
        }
        catch (ArgumentException wrong)
        {
            await Json.WriteAsync(context, 400, new { error = wrong.Message });
        }
    }
}

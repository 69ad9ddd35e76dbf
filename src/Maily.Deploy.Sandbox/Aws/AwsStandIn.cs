using Maily.Deploy.Sandbox.Http;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Aws;

/// <summary>STS, Secrets Manager and EKS on one loopback endpoint, for <c>AWS_ENDPOINT_URL</c>. Signatures are verified.</summary>
public sealed class AwsStandIn : IAsyncDisposable
{
    readonly AwsStandInOptions options;
    readonly AwsSts sts;
    readonly AwsEks eks;
    readonly AwsSecretsManager secretsManager;
    StandInHost? host;

    AwsStandIn(AwsStandInOptions options)
    {
        this.options = options;
        State = new AwsState(options.Clusters, options.Time.GetUtcNow());
        var gate = new AwsGate(options);
        sts = new AwsSts(gate);
        eks = new AwsEks(options, gate, State);
        secretsManager = new AwsSecretsManager(options, gate, State);
        foreach (var (name, text) in options.Secrets)
            secretsManager.Seed(name, text, options.Keys[0]);
    }

    /// <summary><c>http://127.0.0.1:PORT/</c>, for every service.</summary>
    public Uri Url => host!.Url;

    /// <summary>Secrets and clusters.</summary>
    public AwsState State { get; }

    /// <summary>Faults on the way to AWS.</summary>
    public HttpFaults Faults => host!.Faults;

    /// <summary>What was asked.</summary>
    public RequestLog Requests => host!.Requests;

    /// <summary>Starts the stand-in.</summary>
    /// <param name="options">Region, keys, secrets, clusters.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The running stand-in; dispose it to stop it.</returns>
    public static async Task<AwsStandIn> StartAsync(AwsStandInOptions options, CancellationToken cancellationToken)
    {
        var standIn = new AwsStandIn(options);
        standIn.host = await StandInHost.StartAsync(standIn.Describe(), cancellationToken);
        return standIn;
    }

    /// <summary>Stops the server.</summary>
    /// <returns>When it is stopped.</returns>
    public ValueTask DisposeAsync() => host?.DisposeAsync() ?? ValueTask.CompletedTask;

    StandInService Describe() => new()
    {
        Handle = HandleAsync,
        State = Snapshot,
        Secrets = [.. options.Keys.SelectMany(key => new[] { key.SecretAccessKey, key.SessionToken ?? "" })],
        Port = options.Port,
        Time = options.Time,
    };

    async Task HandleAsync(HttpContext context)
    {
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content, context.RequestAborted);
        var answer = Answer(context.Request, content.ToArray());
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        if (answer.ErrorType is { } error)
            context.Response.Headers["x-amzn-ErrorType"] = error;
        await context.Response.WriteAsync(answer.Body, context.RequestAborted);
    }

    /// <summary>One endpoint, three services: told apart as their protocols do it.</summary>
    AwsAnswer Answer(HttpRequest request, byte[] body)
    {
        if (request.Headers["X-Amz-Target"].ToString().StartsWith(AwsSecretsManager.TargetPrefix, StringComparison.Ordinal))
            return secretsManager.Answer(request, body);
        return request.Path.StartsWithSegments("/clusters", StringComparison.Ordinal)
            ? eks.Answer(request, body)
            : sts.Answer(request, body);
    }

    /// <summary>Names and stages; no values.</summary>
    object Snapshot() => new
    {
        region = options.Region,
        clusters = State.Clusters,
        secrets = State.Secrets.Select(secret => new
        {
            secret.Name, secret.Arn, secret.DeletedAt, Versions = secret.Versions.Select(version => new { version.Id, version.Stages }),
        }),
    };
}

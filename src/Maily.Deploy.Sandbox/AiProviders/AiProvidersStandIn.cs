using Maily.Deploy.Sandbox.Http;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.AiProviders;

/// <summary>The model lists of OpenAI, Anthropic and Google on one port, each below a path that stands for its host.</summary>
public sealed class AiProvidersStandIn : IAsyncDisposable
{
    readonly AiProvidersStandInOptions options;
    readonly IAiProvider[] providers;
    StandInHost? host;

    AiProvidersStandIn(AiProvidersStandInOptions options)
    {
        this.options = options;
        providers = [new OpenAi(options), new Anthropic(options), new Google(options)];
    }

    /// <summary><c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri Url => host!.Url;

    /// <summary>For <c>OPENAI_BASE_URL</c>, which ends with <c>/v1</c> as OpenAI's clients expect.</summary>
    public Uri OpenAiUrl => new(Url, "openai/v1");

    /// <summary>For <c>ANTHROPIC_BASE_URL</c>, without a version as Anthropic's clients expect.</summary>
    public Uri AnthropicUrl => new(Url, "anthropic");

    /// <summary>For <c>GOOGLE_AI_BASE_URL</c>, without a version.</summary>
    public Uri GoogleUrl => new(Url, "google");

    /// <summary>Faults on the way; a provider's path begins with its name, for instance <c>/openai/*</c>.</summary>
    public HttpFaults Faults => host!.Faults;

    /// <summary>What was asked.</summary>
    public RequestLog Requests => host!.Requests;

    /// <summary>Starts the stand-in.</summary>
    /// <param name="options">Keys and models.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The running stand-in; dispose it to stop it.</returns>
    public static async Task<AiProvidersStandIn> StartAsync(AiProvidersStandInOptions options, CancellationToken cancellationToken)
    {
        var standIn = new AiProvidersStandIn(options);
        standIn.host = await StandInHost.StartAsync(standIn.Describe(), cancellationToken);
        return standIn;
    }

    /// <summary>Stops the server.</summary>
    /// <returns>When it is stopped.</returns>
    public ValueTask DisposeAsync() => host?.DisposeAsync() ?? ValueTask.CompletedTask;

    StandInService Describe() => new()
    {
        Handle = HandleAsync,
        State = () => new { options.OpenAiModels, options.AnthropicModels, options.GoogleModels },
        Secrets = [options.OpenAiKey, options.AnthropicKey, options.GoogleKey],
        Port = options.Port,
        Time = options.Time,
    };

    Task HandleAsync(HttpContext context)
    {
        foreach (var provider in providers)
        {
            if (!context.Request.Path.StartsWithSegments(provider.Prefix, StringComparison.Ordinal, out var rest))
                continue;
            var answer = provider.Answer(context.Request, rest.Value ?? "");
            return Json.WriteAsync(context, answer.Status, answer.Body, "application/json");
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}

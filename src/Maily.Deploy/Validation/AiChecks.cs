using System.Collections.Immutable;
using System.Net;
using Maily.Deploy.AiServices;
using Maily.Deploy.Http;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Validation;

/// <summary>Whether the providers of models accept the keys. Asked by listing models, which changes and costs nothing.</summary>
public static class AiChecks
{
    /// <summary>One check for each provider.</summary>
    public static ImmutableArray<Check> For(Variables variables, HttpClient http, TimeProvider time, FarSideOptions? options = null) =>
        [.. AiProvider.All.Select(provider => new Check("AI providers", provider.Name, cancellation => AskAsync(provider, variables, http, time, options ?? Quick, cancellation))
        {
            Stages = ["DeployAiServices"],
        })];

    static FarSideOptions Quick { get; } = new() { Tries = 2, TryTimeout = TimeSpan.FromSeconds(4) };

    static async Task<CheckResult> AskAsync(
        AiProvider provider, Variables variables, HttpClient http, TimeProvider time, FarSideOptions options, CancellationToken cancellation)
    {
        if (variables.FindSecret(provider.KeyVariable) is not { } key)
            return CheckResult.Skip($"{provider.KeyVariable} is not set");
        var client = new FarSideClient(provider.Name, http, time, options, key);
        return Judge(provider, await client.ReadAsync(() => provider.ListModels(variables), cancellation));
    }

    // The body is not shown: providers quote the key they refuse, in part.
    static CheckResult Judge(AiProvider provider, HttpAnswer answer) => answer switch
    {
        { IsSuccess: true } => CheckResult.Pass("key accepted"),
        { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest } =>
            CheckResult.Fail($"key refused ({(int)answer.Status})", $"Make a new key and set {provider.KeyVariable}."),
        { Status: HttpStatusCode.TooManyRequests } => CheckResult.Warn("key known, but its limit is reached (429)", "Check the plan and the spending limit."),
        _ => CheckResult.Fail($"answered {(int)answer.Status}", $"Check {provider.AddressVariable} and the provider's status page."),
    };
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.AiProviders;

/// <summary>What a provider answers.</summary>
sealed record AiAnswer(int Status, JsonObject Body);

/// <summary>One provider's part of the stand-in.</summary>
interface IAiProvider
{
    /// <summary>First part of the path, which stands for the provider's host.</summary>
    string Prefix { get; }

    /// <summary>Answers for a path below the prefix.</summary>
    AiAnswer Answer(HttpRequest request, string path);
}

using System.Collections.Immutable;
using System.Net.Http.Headers;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.AiServices;

/// <summary>A provider of models: where it is, and how it wants its key.</summary>
/// <param name="Id">Its name in files: <c>openai</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="KeyVariable">The variable that holds the key.</param>
/// <param name="AddressVariable">The variable that replaces its address.</param>
/// <param name="StandardAddress">Its real address.</param>
/// <param name="ModelsPath">Where it lists models, below the address.</param>
/// <param name="Authorize">Puts the key into a request; always a header, since addresses end up in logs.</param>
public sealed record AiProvider(
    string Id, string Name, string KeyVariable, string AddressVariable, string StandardAddress, string ModelsPath, Action<HttpRequestHeaders, Secret> Authorize)
{
    /// <summary>OpenAI.</summary>
    public static AiProvider OpenAi { get; } = new(
        "openai", "OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1", "/models",
        (headers, key) => headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Reveal()));

    /// <summary>Anthropic.</summary>
    public static AiProvider Anthropic { get; } = new(
        "anthropic", "Anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "https://api.anthropic.com", "/v1/models",
        (headers, key) =>
        {
            headers.Add("x-api-key", key.Reveal());
            headers.Add("anthropic-version", "2023-06-01");
        });

    /// <summary>Google AI.</summary>
    public static AiProvider Google { get; } = new(
        "google", "Google AI", "GOOGLE_AI_API_KEY", "GOOGLE_AI_BASE_URL", "https://generativelanguage.googleapis.com", "/v1beta/models",
        (headers, key) => headers.Add("x-goog-api-key", key.Reveal()));

    /// <summary>All three.</summary>
    public static ImmutableArray<AiProvider> All { get; } = [OpenAi, Anthropic, Google];

    /// <summary>The request that lists models, and changes and costs nothing.</summary>
    /// <param name="variables">Key and address.</param>
    /// <param name="query">Asks for a further page: <c>?after_id=...</c>.</param>
    public HttpRequestMessage ListModels(Variables variables, string query = "")
    {
        var address = variables.FindUri(AddressVariable, StandardAddress);
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address.AbsoluteUri.TrimEnd('/') + ModelsPath + query));
        Authorize(request.Headers, variables.Require(KeyVariable));
        return request;
    }
}

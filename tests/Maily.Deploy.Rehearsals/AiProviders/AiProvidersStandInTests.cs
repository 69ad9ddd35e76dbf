using System.Net;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.AiProviders;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Rehearsals.AiProviders;

public sealed class AiProvidersStandInTests : IAsyncLifetime
{
    readonly HttpClient http = new();
    readonly AiProvidersStandInOptions options = new();
    AiProvidersStandIn providers = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => providers = await AiProvidersStandIn.StartAsync(options, Token);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await providers.DisposeAsync();
    }

    [Fact]
    public async Task Each_provider_lists_its_models_for_a_good_key()
    {
        var openAi = await GetAsync($"{providers.OpenAiUrl}/models", ("Authorization", "Bearer " + options.OpenAiKey));
        var anthropic = await GetAsync($"{providers.AnthropicUrl}/v1/models", ("x-api-key", options.AnthropicKey), ("anthropic-version", "2023-06-01"));
        var byQuery = await GetAsync($"{providers.GoogleUrl}/v1beta/models?key={options.GoogleKey}");
        var byHeader = await GetAsync($"{providers.GoogleUrl}/v1beta/models", ("x-goog-api-key", options.GoogleKey));

        ((string?)openAi.Body["data"]![0]!["id"]).ShouldBe("gpt-4o");
        ((string?)anthropic.Body["data"]![0]!["type"]).ShouldBe("model");
        ((string?)byQuery.Body["models"]![0]!["name"]).ShouldBe("models/gemini-2.5-flash");
        byHeader.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task OpenAI_refuses_a_missing_and_a_wrong_key()
    {
        var missing = await GetAsync($"{providers.OpenAiUrl}/models");
        var wrong = await GetAsync($"{providers.OpenAiUrl}/models", ("Authorization", "Bearer sk-wrong-key-0001"));

        missing.Status.ShouldBe(HttpStatusCode.Unauthorized);
        wrong.Status.ShouldBe(HttpStatusCode.Unauthorized);
        ((string?)wrong.Body["error"]!["code"]).ShouldBe("invalid_api_key");
        wrong.Body.ToJsonString().ShouldNotContain("sk-wrong-key-0001");
    }

    [Fact]
    public async Task Anthropic_wants_a_good_key_and_a_version()
    {
        var missing = await GetAsync($"{providers.AnthropicUrl}/v1/models");
        var wrong = await GetAsync($"{providers.AnthropicUrl}/v1/models", ("x-api-key", "wrong"), ("anthropic-version", "2023-06-01"));
        var unversioned = await GetAsync($"{providers.AnthropicUrl}/v1/models", ("x-api-key", options.AnthropicKey));

        (missing.Status, (string?)missing.Body["error"]!["type"]).ShouldBe((HttpStatusCode.Unauthorized, "authentication_error"));
        (wrong.Status, (string?)wrong.Body["error"]!["message"]).ShouldBe((HttpStatusCode.Unauthorized, "invalid x-api-key"));
        (unversioned.Status, (string?)unversioned.Body["error"]!["type"]).ShouldBe((HttpStatusCode.BadRequest, "invalid_request_error"));
    }

    [Fact]
    public async Task Google_answers_400_for_a_wrong_key_and_403_for_none()
    {
        var wrong = await GetAsync($"{providers.GoogleUrl}/v1beta/models?key=wrong");
        var missing = await GetAsync($"{providers.GoogleUrl}/v1beta/models");

        (wrong.Status, (string?)wrong.Body["error"]!["details"]![0]!["reason"]).ShouldBe((HttpStatusCode.BadRequest, "API_KEY_INVALID"));
        (missing.Status, (string?)missing.Body["error"]!["status"]).ShouldBe((HttpStatusCode.Forbidden, "PERMISSION_DENIED"));
    }

    [Fact]
    public async Task One_provider_can_be_down_while_the_others_answer_and_no_key_is_logged()
    {
        providers.Faults.Add(new HttpFault { Path = "/google/*", Status = 503, Body = "{}", Count = null });

        (await GetAsync($"{providers.GoogleUrl}/v1beta/models?key={options.GoogleKey}")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await GetAsync($"{providers.OpenAiUrl}/models", ("Authorization", "Bearer " + options.OpenAiKey))).Status.ShouldBe(HttpStatusCode.OK);
        providers.Requests.All.ShouldAllBe(request => !request.Path.Contains(options.GoogleKey));
    }

    async Task<(HttpStatusCode Status, JsonNode Body)> GetAsync(string address, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request, Token);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!);
    }
}

using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Http;
using Maily.Deploy.Sandbox.Slack;

namespace Maily.Deploy.Rehearsals.Slack;

public sealed class SlackStandInTests : IAsyncLifetime
{
    readonly HttpClient http = new();
    SlackStandIn slack = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => slack = await SlackStandIn.StartAsync(new SlackStandInOptions(), Token);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await slack.DisposeAsync();
    }

    [Fact]
    public async Task A_message_is_accepted_and_kept()
    {
        var (status, word) = await PostAsync(slack.WebhookUrl, """{"text":"Deployment started","blocks":[{"type":"divider"}]}""");

        (status, word).ShouldBe((HttpStatusCode.OK, "ok"));
        slack.State.Messages.ShouldHaveSingleItem().Text.ShouldBe("Deployment started");
    }

    [Theory]
    [InlineData("not json", HttpStatusCode.BadRequest, "invalid_payload")]
    [InlineData("""{"text":7}""", HttpStatusCode.BadRequest, "invalid_payload")]
    [InlineData("{}", HttpStatusCode.BadRequest, "no_text")]
    [InlineData("""{"text":""}""", HttpStatusCode.BadRequest, "no_text")]
    [InlineData("""{"blocks":[{"type":"heading"}]}""", HttpStatusCode.BadRequest, "invalid_blocks")]
    [InlineData("""{"blocks":[{"type":"header","text":{"type":"mrkdwn","text":"x"}}]}""", HttpStatusCode.BadRequest, "invalid_blocks")]
    public async Task What_Slack_refuses_is_refused(string payload, HttpStatusCode status, string word)
    {
        (await PostAsync(slack.WebhookUrl, payload)).ShouldBe((status, word));
        slack.State.Messages.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/services/T000/B001/XXXXXXXXXXXXXXXXXXXXXXXX", HttpStatusCode.NotFound, "no_service")]
    [InlineData("/services/T999/B000/XXXXXXXXXXXXXXXXXXXXXXXX", HttpStatusCode.NotFound, "no_team")]
    [InlineData("/services/T000/B000/wrong", HttpStatusCode.Forbidden, "invalid_token")]
    [InlineData("/", HttpStatusCode.NotFound, "no_service")]
    public async Task A_wrong_webhook_is_refused(string path, HttpStatusCode status, string word) =>
        (await PostAsync(new Uri(slack.Url, path), """{"text":"x"}""")).ShouldBe((status, word));

    [Fact]
    public async Task A_lost_answer_leaves_the_message_posted()
    {
        slack.Faults.Add(new HttpFault { Path = "/services/*", Cut = ConnectionCut.AfterHandling });

        await Should.ThrowAsync<HttpRequestException>(() => PostAsync(slack.WebhookUrl, """{"text":"once"}"""));

        slack.State.Messages.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_cut_before_handling_leaves_nothing_posted()
    {
        slack.Faults.Add(new HttpFault { Path = "/services/*", Cut = ConnectionCut.BeforeHandling });

        await Should.ThrowAsync<HttpRequestException>(() => PostAsync(slack.WebhookUrl, """{"text":"never"}"""));

        slack.State.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task Faults_are_set_and_state_is_read_over_HTTP()
    {
        await PostAsync(new Uri(slack.Url, "/_faults"), """{"method":"POST","path":"/services/*","skip":1,"status":503,"body":"down"}""");

        (await PostAsync(slack.WebhookUrl, """{"text":"a"}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await PostAsync(slack.WebhookUrl, """{"text":"b"}""")).ShouldBe((HttpStatusCode.ServiceUnavailable, "down"));
        (await PostAsync(slack.WebhookUrl, """{"text":"c"}""")).Status.ShouldBe(HttpStatusCode.OK);
        var state = JsonNode.Parse(await http.GetStringAsync(new Uri(slack.Url, "/_state"), Token))!;
        state["messages"]!.AsArray().Select(message => (string?)message!["text"]).ShouldBe(["a", "c"]);
    }

    [Fact]
    public async Task The_request_log_never_shows_the_webhook_secret()
    {
        await PostAsync(slack.WebhookUrl, """{"text":"x"}""");

        var log = await http.GetStringAsync(new Uri(slack.Url, "/_requests"), Token);

        log.ShouldContain("/services/T000/B000/***");
        log.ShouldNotContain("XXXXXXXX");
    }

    async Task<(HttpStatusCode Status, string Word)> PostAsync(Uri address, string payload)
    {
        using var content = new StringContent(payload, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(address, content, Token);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Token));
    }
}

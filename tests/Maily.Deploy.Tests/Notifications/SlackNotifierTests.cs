using System.Net;
using Maily.Deploy.Deployments;
using Maily.Deploy.Http;
using Maily.Deploy.Notifications;
using Maily.Deploy.Secrets;
using Maily.Deploy.Tests.Http;

namespace Maily.Deploy.Tests.Notifications;

public sealed class SlackNotifierTests
{
    const string Webhook = "https://hooks.slack.com/services/T0/B0/Zq7secret";

    static readonly DeploymentMessage Message = new()
    {
        Id = DeploymentId.Parse("20261123T195301Z-0123456-k7m2"), Environment = "production", Commit = "0123456789abcdef0123456789abcdef01234567", By = "ada",
        FirstCause = "password hunter22 is wrong",
    };

    [Fact]
    public async Task A_message_is_sent_without_secrets()
    {
        using var handler = RecordedHandler.Answering((HttpStatusCode.OK, "ok"));

        (await SendAsync(handler, new LogLines())).ShouldBeTrue();

        handler.Requests.ShouldBe([$"POST {Webhook}"]);
        handler.Bodies.Single().ShouldContain("password *** is wrong");
    }

    [Fact]
    public async Task A_refusal_is_said_and_stops_nothing()
    {
        using var handler = RecordedHandler.Answering((HttpStatusCode.NotFound, "no_service"));
        var log = new LogLines();

        (await SendAsync(handler, log)).ShouldBeFalse();

        log.All.ShouldBe(["Slack was not told: it answered 404. The deployment goes on"]);
    }

    [Fact]
    public async Task Silence_is_said_without_the_webhook()
    {
        using var handler = new RecordedHandler(_ => throw new HttpRequestException($"cannot reach {Webhook}"));
        var log = new LogLines();

        (await SendAsync(handler, log)).ShouldBeFalse();

        log.All.ShouldHaveSingleItem().ShouldNotContain("Zq7secret");
    }

    static Task<bool> SendAsync(HttpMessageHandler handler, LogLines log) =>
        new SlackNotifier(new Secret(Webhook), HttpClients.Over(handler), TimeProvider.System, new SecretRedactor([new Secret("hunter22")]), log)
            .SendAsync(Message, TestContext.Current.CancellationToken);
}

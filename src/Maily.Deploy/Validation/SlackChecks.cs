using System.Collections.Immutable;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Validation;

/// <summary>Whether Slack can be told. Nothing is sent, since every message would be read by people.</summary>
public static class SlackChecks
{
    /// <summary>The checks.</summary>
    public static ImmutableArray<Check> For(Variables variables) =>
        [new Check("Slack", "webhook", _ => Task.FromResult(Answer(variables.Find("SLACK_WEBHOOK_URL")))) { Stages = ["Notify"] }];

    static CheckResult Answer(string? value) => value switch
    {
        null => CheckResult.Skip("SLACK_WEBHOOK_URL is not set"),
        _ when !VariableForms.IsWebhook(value) => CheckResult.Fail("not the https address of a webhook", "Set SLACK_WEBHOOK_URL to the address that Slack shows for the webhook."),
        _ => CheckResult.Pass("well-formed; nothing is sent before the deployment begins"),
    };
}

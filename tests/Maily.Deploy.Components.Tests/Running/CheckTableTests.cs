using Maily.Deploy.Validation;

namespace Maily.Deploy.Components.Tests.Running;

public sealed class CheckTableTests
{
    [Fact]
    public void Each_check_has_an_aligned_line_and_each_warning_its_remedy() =>
        CheckTable.Lines(new CheckReport(
        [
            new("Git", "commit", CheckResult.Pass("dfce3c5")),
            new("Vercel", "token", CheckResult.Fail("is refused", "Make a new one.")),
            new("Slack", "webhook", CheckResult.Warn("is not set", "Set it.")),
            new("Kubernetes", "hold", CheckResult.Skip("not checked")),
        ])).ShouldBe(
        [
            "ok    Git         commit   dfce3c5",
            "FAULT Vercel      token    is refused",
            "warn  Slack       webhook  is not set",
            "                           -> Set it.",
            "-     Kubernetes  hold     not checked",
            "4 checks, 1 fault",
        ]);

    [Fact]
    public void No_check_is_said_too() => CheckTable.Lines(new CheckReport([])).ShouldBe(["0 checks, 0 faults"]);
}

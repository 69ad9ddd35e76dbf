using Maily.Deploy.Migrations.Safety;
using Maily.Deploy.Secrets;
using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Finds what is unsafe about the pending migrations.</summary>
public interface ILintMigrations : IHazDeployment
{
    /// <summary>Describes how migrations are looked at, from the environment's variables.</summary>
    PendingLint LintOf(Variables variables);

    /// <summary>Lists what is unsafe, and refuses errors; changes nothing.</summary>
    Target LintMigrations => _ => _
        .Description("Lists what is unsafe about the pending migrations: by squawk's rules, and by what they do on a scratch database")
        .ExecutesAsync(cancellation => ExitCodes.SetAsync(this, nameof(LintMigrations), async () =>
        {
            var (variables, _, _, log, _) = await Session.LoadAsync(this, cancellation);
            var report = await LintOf(variables).RunAsync(cancellation);
            SafetyText.Say(report, log);
            report.ThrowIfUnsafe();
        }));
}

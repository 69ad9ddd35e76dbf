using Nuke.Common;
using Serilog;

namespace Maily.Deploy.Components;

/// <summary>Checks everything that can be checked before anything is touched, and refuses with all faults at once.</summary>
public interface IValidate : IHazDeployment
{
    /// <summary>Answers all checks that the planned targets need, in one table.</summary>
    Target Validate => _ => _
        .Description("Checks variables, far sides, commit, identity and hold; all faults at once; touches nothing")
        .ExecutesAsync(cancellation => Session.GuardAsync(nameof(Validate), async () =>
        {
            var report = await new ValidationRun(this).RunAsync(cancellation);
            foreach (var line in CheckTable.Lines(report))
                Log.Information("{Line:l}", line);
            report.ThrowIfFailed();
        }));
}

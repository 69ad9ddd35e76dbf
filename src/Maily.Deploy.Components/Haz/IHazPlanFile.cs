using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>A plan that was looked at, to be carried out exactly.</summary>
public interface IHazPlanFile : INukeBuild
{
    /// <summary>The file that Plan wrote.</summary>
    [Parameter("Does exactly what this plan says, or refuses where things are not as it says any more; --plan with a file is the same")]
    string? PlanFile => TryGetValue(() => PlanFile);
}

using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Common.ProjectModel;

namespace Nuke.Components;

/// <summary>Knows where results go.</summary>
public interface IHazArtifacts : INukeBuild
{
    /// <summary><c>artifacts</c> in the root.</summary>
    AbsolutePath ArtifactsDirectory => RootDirectory / "artifacts";
}

/// <summary>Knows where reports go.</summary>
public interface IHazReports : IHazArtifacts
{
    /// <summary><c>reports</c> in the artifacts.</summary>
    AbsolutePath ReportDirectory => ArtifactsDirectory / "reports";
}

/// <summary>Knows how projects are compiled.</summary>
public interface IHazConfiguration : INukeBuild
{
    /// <summary>Debug on somebody's machine, Release on a CI service.</summary>
    [Parameter("Configuration to build - Default is 'Debug' (local) or 'Release' (server)")]
    Configuration Configuration => TryGetValue<Configuration?>(() => Configuration) ?? (IsLocalBuild ? Configuration.Debug : Configuration.Release);
}

/// <summary>Knows the solution.</summary>
public interface IHazSolution : INukeBuild
{
    /// <summary>The file that the parameter names, or the only one in the root.</summary>
    [Solution]
    [Required]
    Solution Solution => TryGetValue(() => Solution);
}

using System.Reflection;
using Nuke.Common;
using Nuke.Common.CI;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using NukeRunner.Runs;
using Serilog;

namespace NukeRunner.Help;

/// <summary>The CI services' files that a build generates from its attributes.</summary>
internal static class Configurations
{
    /// <summary>Generates the one with this id, as <c>--generate-configuration</c> asks.</summary>
    public static IEnumerable<string> Generate(NukeBuild build, IReadOnlyList<ExecutableTarget> targets, string id)
    {
        var generators = Of(build);
        var generator = generators.FirstOrDefault(x => x.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
            ?? throw new RefusedException($"Configuration '{id}' does not exist. Available are: {string.Join(", ", generators.Select(x => x.Id))}");
        generator.Generate(targets);
        return generator.GeneratedFiles.Select(x => $"Generated {x}");
    }

    /// <summary>Generates all that want it, and warns about those that changed.</summary>
    public static void Update(NukeBuild build, Func<IReadOnlyList<ExecutableTarget>> targets)
    {
        foreach (var generator in Of(build).Where(x => x.AutoGenerate))
        {
            var before = generator.GeneratedFiles.ToDictionary(x => x, Content);
            generator.Generate(targets());
            foreach (var file in before.Where(x => Content(x.Key) != x.Value).Select(x => x.Key))
                Log.Warning("Configuration file {File} of {Name} has changed: commit it", file, generator.DisplayName);
        }
    }

    static string? Content(AbsolutePath file) => file.FileExists() ? file.ReadAllText() : null;

    static List<IConfigurationGenerator> Of(NukeBuild build)
    {
        var found = build.GetType().GetCustomAttributes<ConfigurationAttributeBase>(inherit: true).ToList();
        foreach (var attribute in found)
            attribute.Build = build;
        return [.. found];
    }
}

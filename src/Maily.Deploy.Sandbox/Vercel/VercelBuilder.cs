using System.Text.Json.Nodes;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>Builds a deployment: a prebuilt output is taken as it is, sources are built by their own commands.</summary>
sealed class VercelBuilder(VercelCore core)
{
    public async Task<VercelOutput> BuildAsync(VercelDeployment deployment, CancellationToken cancellationToken)
    {
        var folder = core.FolderOf(deployment.Id);
        await WriteFilesAsync(deployment, folder, cancellationToken);
        var environment = VercelBuildEnvironment.Of(core, deployment);
        var output = Path.Combine(folder, ".vercel", "output");
        if (Directory.Exists(output))
        {
            core.Log(deployment.Id, "stdout", "Using prebuilt build artifacts from .vercel/output");
            return VercelPrebuilt.Read(output, environment);
        }

        var settings = VercelSettings.Read(folder, core.State.Project.Settings, deployment.ProjectSettings);
        await RunAsync(deployment.Id, settings.InstallCommand, folder, environment, cancellationToken);
        await RunAsync(deployment.Id, settings.BuildCommand, folder, environment, cancellationToken);
        return VercelSources.Read(folder, settings, environment);
    }

    async Task WriteFilesAsync(VercelDeployment deployment, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        foreach (var (path, sha) in deployment.Files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var content = core.State.Blob(sha) ?? throw new VercelBuildException($"the file {path} was never uploaded");
            await File.WriteAllBytesAsync(file, content, cancellationToken);
        }
    }

    async Task RunAsync(
        string id, string? command, string folder, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        if (command is null)
            return;
        core.Log(id, "command", $"Running \"{command}\"");
        var exitCode = await VercelShell.RunAsync(command, folder, environment, (type, line) => core.Log(id, type, line), cancellationToken);
        if (exitCode != 0)
            throw new VercelBuildException($"Command \"{command}\" exited with {exitCode}");
    }
}

/// <summary>The commands and folders of a build, from vercel.json, the request and the project, in this order.</summary>
sealed record VercelSettings(string? InstallCommand, string? BuildCommand, string? OutputDirectory, JsonObject Config)
{
    public static VercelSettings Read(string folder, string project, string request)
    {
        var config = ReadJson(Path.Combine(folder, "vercel.json"));
        var package = ReadJson(Path.Combine(folder, "package.json"));
        JsonObject[] layers = [config, ReadText(request), ReadText(project)];
        if (First(layers, "framework") is "nextjs" or "nuxtjs" or "sveltekit")
            throw new VercelBuildException("this stand-in builds no framework: run `vercel build` and deploy its output with --prebuilt");
        var hasScript = package["scripts"] is JsonObject scripts && scripts["build"] is not null;
        var hasPackages = package["dependencies"] is JsonObject { Count: > 0 };
        return new VercelSettings(
            First(layers, "installCommand") ?? (hasPackages ? "npm install --no-audit --no-fund" : null),
            First(layers, "buildCommand") ?? (hasScript ? "npm run build" : null),
            First(layers, "outputDirectory"),
            config);
    }

    static string? First(JsonObject[] layers, string name) =>
        layers.Select(layer => Http.Json.Text(layer, name)).FirstOrDefault(text => !string.IsNullOrEmpty(text));

    static JsonObject ReadJson(string file) => File.Exists(file) ? ReadText(File.ReadAllText(file)) : [];

    static JsonObject ReadText(string text) =>
        Http.Json.ParseObject(text) ?? throw new VercelBuildException("Error: Couldn't parse JSON file.");
}

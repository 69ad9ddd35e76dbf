using System.Collections.Immutable;
using System.Formats.Tar;
using System.Text;
using CliWrap;
using CliWrap.Buffered;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Sandbox.ArgoCd;

/// <summary>Fetches branches and commits, as Argo CD's repository server does.</summary>
sealed class ArgoSource(string folder, string? token)
{
    /// <summary>The commit of a branch, or of a commit's own name.</summary>
    public async Task<string> ResolveAsync(string url, string revision, CancellationToken cancellation)
    {
        if (revision.Length == 40)
            return revision;
        var answer = await GitAsync(cancellation, "ls-remote", "--exit-code", url, $"refs/heads/{revision}");
        return answer.Split('\t')[0];
    }

    /// <summary>The manifests directly below a path; null where the commit has no such path.</summary>
    public async Task<ImmutableArray<KubernetesObject>?> ReadAsync(string url, string branch, string commit, string path, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
            await Cli.Wrap("git").WithArguments(["init", "--quiet", "--bare", folder]).ExecuteAsync(cancellation);
        await GitAsync(cancellation, "fetch", "--quiet", url, $"+refs/heads/{branch}:refs/heads/{branch}");
        var archive = Path.Combine(folder, "archive.tar");
        if (!await SucceedsAsync(cancellation, "cat-file", "-e", $"{commit}:{path}"))
            return null;
        await GitAsync(cancellation, "archive", "--format=tar", $"--output={archive}", commit, "--", path);
        var objects = ImmutableArray.CreateBuilder<KubernetesObject>();
        await using var file = File.OpenRead(archive);
        await using var tar = new TarReader(file);
        while (await tar.GetNextEntryAsync(copyData: true, cancellation) is { } entry)
            if (entry.DataStream is { } data && entry.Name.EndsWith(".yaml", StringComparison.Ordinal) && !entry.Name[(path.Length + 1)..].Contains('/', StringComparison.Ordinal))
                objects.AddRange(ManifestYaml.Parse(await new StreamReader(data, Encoding.UTF8).ReadToEndAsync(cancellation)));
        return objects.ToImmutable();
    }

    async Task<bool> SucceedsAsync(CancellationToken cancellation, params string[] arguments) => (await Command(arguments).WithValidation(CommandResultValidation.None).ExecuteAsync(cancellation)).IsSuccess;

    async Task<string> GitAsync(CancellationToken cancellation, params string[] arguments) => (await Command(arguments).ExecuteBufferedAsync(cancellation)).StandardOutput.Trim();

    Command Command(string[] arguments)
    {
        var header = token is null ? "" : $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"x-access-token:{token}"))}";
        return Cli.Wrap("git").WithWorkingDirectory(Directory.Exists(folder) ? folder : "/").WithArguments(arguments)
            .WithEnvironmentVariables(variables => variables.Set("GIT_TERMINAL_PROMPT", "0").Set("GIT_CONFIG_COUNT", "1").Set("GIT_CONFIG_KEY_0", "http.extraHeader").Set("GIT_CONFIG_VALUE_0", header));
    }
}

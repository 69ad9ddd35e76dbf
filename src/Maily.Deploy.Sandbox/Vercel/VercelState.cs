using System.Collections.Immutable;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>Everything the stand-in knows. Safe to read from several threads; each value read is a snapshot.</summary>
public sealed class VercelState
{
    readonly Lock gate = new();
    readonly Dictionary<string, byte[]> blobs = [];
    ImmutableList<VercelDeployment> deployments = [];
    ImmutableSortedDictionary<string, string> aliases = ImmutableSortedDictionary<string, string>.Empty;
    ImmutableList<VercelVariable> variables = [];
    VercelProject project;

    internal VercelState(VercelProject project) => this.project = project;

    /// <summary>The project.</summary>
    public VercelProject Project => Read(() => project);

    /// <summary>All deployments, newest first.</summary>
    public IReadOnlyList<VercelDeployment> Deployments => Read(() => deployments);

    /// <summary>Deployment ids by host name.</summary>
    public IReadOnlyDictionary<string, string> Aliases => Read(() => aliases);

    /// <summary>The environment variables.</summary>
    public IReadOnlyList<VercelVariable> Variables => Read(() => variables);

    /// <summary>The deployment that serves production; <see langword="null"/> before the first.</summary>
    public VercelDeployment? Production => Read(() => deployments.Find(d => d.Id == project.ProductionDeploymentId));

    /// <summary>Finds a deployment by its id, its own host name or an alias.</summary>
    /// <param name="idOrHost">Id or host name, in any case.</param>
    /// <returns>The deployment, or <see langword="null"/>.</returns>
    public VercelDeployment? Find(string idOrHost)
    {
        lock (gate)
        {
            var host = idOrHost.ToLowerInvariant();
            var id = aliases.GetValueOrDefault(host, idOrHost);
            return deployments.Find(d => d.Id == id || d.Host == host);
        }
    }

    /// <summary>Remembers all but the uploaded files, which harm nobody; the result goes back to it.</summary>
    internal Action Remember()
    {
        lock (gate)
        {
            var then = (deployments, aliases, variables, project);
            return () => Write(() => (deployments, aliases, variables, project) = then);
        }
    }

    internal void Add(VercelDeployment deployment) => Write(() => deployments = deployments.Insert(0, deployment));

    internal VercelDeployment? Change(string id, Func<VercelDeployment, VercelDeployment> change)
    {
        lock (gate)
        {
            if (deployments.Find(d => d.Id == id) is not { } old)
                return null;
            var next = change(old);
            deployments = deployments.Replace(old, next);
            return next;
        }
    }

    internal VercelProject ChangeProject(Func<VercelProject, VercelProject> change)
    {
        lock (gate)
            return project = change(project);
    }

    internal void ChangeVariables(Func<ImmutableList<VercelVariable>, ImmutableList<VercelVariable>> change) =>
        Write(() => variables = change(variables));

    internal void Alias(string host, string deploymentId) => Write(() => aliases = aliases.SetItem(host.ToLowerInvariant(), deploymentId));

    internal void Remove(string id) => Write(() =>
    {
        deployments = deployments.RemoveAll(d => d.Id == id);
        aliases = aliases.RemoveRange(aliases.Where(a => a.Value == id).Select(a => a.Key));
        if (project.ProductionDeploymentId == id)
            project = project with { ProductionDeploymentId = null };
    });

    internal void Store(string sha, byte[] content) => Write(() => blobs[sha] = content);

    internal byte[]? Blob(string sha) => Read(() => blobs.GetValueOrDefault(sha));

    T Read<T>(Func<T> read)
    {
        lock (gate)
            return read();
    }

    void Write(Action write)
    {
        lock (gate)
            write();
    }
}

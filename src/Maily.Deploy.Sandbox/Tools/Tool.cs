namespace Maily.Deploy.Sandbox.Tools;

/// <summary>An executable that the sandbox needs, and the Debian package that carries it.</summary>
/// <param name="Name">The executable's name.</param>
/// <param name="Package">The package of Debian and Ubuntu.</param>
/// <param name="IsStatic">True where only a statically linked one will do.</param>
public sealed record Tool(string Name, string Package, bool IsStatic = false)
{
    /// <summary>The Postgres server. The package without a number is the version that the distribution carries.</summary>
    public static Tool Postgres { get; } = new("postgres", "postgresql");

    /// <summary>Makes a Postgres data directory.</summary>
    public static Tool InitDb { get; } = new("initdb", "postgresql");

    /// <summary>Starts and stops a Postgres server.</summary>
    public static Tool PgCtl { get; } = new("pg_ctl", "postgresql");

    /// <summary>Backs a database up.</summary>
    public static Tool PgDump { get; } = new("pg_dump", "postgresql");

    /// <summary>The Postgres shell.</summary>
    public static Tool Psql { get; } = new("psql", "postgresql");

    /// <summary>A pooler before a Postgres server; no part of the sandbox, but tests look through it.</summary>
    public static Tool PgBouncer { get; } = new("pgbouncer", "pgbouncer");

    /// <summary>Shows what a program asks the system for; no part of the sandbox, but tests look through it.</summary>
    public static Tool Strace { get; } = new("strace", "strace");

    /// <summary>The container engine.</summary>
    public static Tool Dockerd { get; } = new("dockerd", "docker.io");

    /// <summary>The distribution registry.</summary>
    public static Tool DockerRegistry { get; } = new("docker-registry", "docker-registry");

    /// <summary>A userland in one file that needs no library, for images from scratch.</summary>
    public static Tool Busybox { get; } = new("busybox", "busybox-static", IsStatic: true);

    /// <summary>The Kubernetes client.</summary>
    public static Tool Kubectl { get; } = new("kubectl", "kubernetes-client");
}

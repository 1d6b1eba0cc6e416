using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AkkaLstm.Cli.Tests;

/// <summary>The arrows between projects that docs/ARCHITECTURE.md draws, held.</summary>
public partial class DependencyRuleTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["AkkaLstm.Numerics"] = [],
        ["AkkaLstm.Models"] = ["AkkaLstm.Numerics"],
        ["AkkaLstm.Data"] = ["AkkaLstm.Numerics"],
        ["AkkaLstm.Protocol"] = [],
        ["AkkaLstm.Training"] = ["AkkaLstm.Numerics", "AkkaLstm.Models", "AkkaLstm.Data", "AkkaLstm.Protocol"],
        ["AkkaLstm.Wire"] = ["AkkaLstm.Protocol"],
        ["AkkaLstm.Engines.InProcess"] = ["AkkaLstm.Protocol"],
        ["AkkaLstm.Engines.Simulation"] = ["AkkaLstm.Protocol"],
        ["AkkaLstm.Engines.Sockets"] = ["AkkaLstm.Protocol", "AkkaLstm.Wire"],
        [AkkaEngine] = ["AkkaLstm.Protocol", "AkkaLstm.Wire"],
        ["AkkaLstm.Cli"] =
        [
            "AkkaLstm.Numerics", "AkkaLstm.Models", "AkkaLstm.Data", "AkkaLstm.Protocol", "AkkaLstm.Training",
            "AkkaLstm.Wire", "AkkaLstm.Engines.InProcess", "AkkaLstm.Engines.Simulation",
            "AkkaLstm.Engines.Sockets",
            AkkaEngine,
        ],
    };

    /// <summary>The one place of Akka types. Built into the program only with -p:WithAkka=true.</summary>
    private const string AkkaEngine = "AkkaLstm.Engines.Akka";

    /// <summary>Where sockets may be named: what speaks on connections, and the engine that makes them.</summary>
    private static readonly string[] MayUseSockets = ["AkkaLstm.Wire", "AkkaLstm.Engines.Sockets"];

    private static readonly string[] ProjectNames =
        [.. Directory.GetDirectories(Repository.File("src")).Select(d => Path.GetFileName(d)!)];

    public static TheoryData<string> Projects => [.. ProjectNames];

    [Fact]
    public void Projects_InSrc_AreThoseTheRuleKnows() =>
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), ProjectNames.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_OfEveryProject_AreOnlyTheArrowsDrawn(string project)
    {
        XDocument file = XDocument.Load(Repository.File("src", project, $"{project}.csproj"));
        IEnumerable<string> references = file.Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.All(references, reference => Assert.Contains(reference, Allowed[project]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Sources_OfEveryProject_NameAkkaTypesAndSocketsOnlyInTheirPlace(string project)
    {
        foreach (string path in Sources(project))
        {
            string source = File.ReadAllText(path);
            if (project != AkkaEngine)
                Assert.DoesNotMatch(AkkaTypes(), source);
            if (!MayUseSockets.Contains(project))
                Assert.DoesNotMatch(SocketTypes(), source);
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Packages_OfEveryProject_AreManagedAndKnown(string project)
    {
        string[] known =
        [
            "MathNet.Numerics", "CsvHelper", "System.CommandLine", "Spectre.Console", "Google.Protobuf", "Grpc.Tools",
            "Microsoft.CodeAnalysis.BannedApiAnalyzers", "Microsoft.Extensions.Logging.Abstractions",
        ];
        XDocument file = XDocument.Load(Repository.File("src", project, $"{project}.csproj"));
        if (project == AkkaEngine)
            known = [.. known, "Akka", "Akka.Cluster.Tools", "Akka.Serialization.Hyperion"];

        Assert.All(
            file.Descendants("PackageReference"),
            package => Assert.Contains(package.Attribute("Include")!.Value, known));
    }

    [Fact]
    public void Environment_IsReadInTheCliOnly()
    {
        foreach (string project in Allowed.Keys.Where(p => p != "AkkaLstm.Cli"))
        {
            foreach (string path in Sources(project))
                Assert.DoesNotContain(
                    "GetEnvironmentVariable", File.ReadAllText(path), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Assemblies_AsBuilt_ReferenceOnlyTheArrowsDrawn()
    {
        bool hasAkka = File.Exists(Path.Combine(AppContext.BaseDirectory, $"{AkkaEngine}.dll"));
        foreach ((string project, string[] allowed) in Allowed.Where(p => p.Key != "AkkaLstm.Cli"))
        {
            if (project == AkkaEngine && !hasAkka)
                continue;
            var assembly = System.Reflection.Assembly.Load(project);
            IEnumerable<string> own = assembly.GetReferencedAssemblies().Select(a => a.Name!)
                .Where(name => name.StartsWith("AkkaLstm.", StringComparison.Ordinal));

            Assert.All(own, reference => Assert.Contains(reference, allowed));
            if (!MayUseSockets.Contains(project))
                Assert.DoesNotContain(assembly.GetReferencedAssemblies(), a => a.Name == "System.Net.Sockets");
        }
    }

    private static IEnumerable<string> Sources(string project) =>
        Directory.EnumerateFiles(Repository.File("src", project), "*.cs", SearchOption.AllDirectories)
            .Where(
                path => !path.Contains(
                    $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}",
                    StringComparison.Ordinal));

    [GeneratedRegex(@"using Akka\.|Akka\.Actor", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AkkaTypes();

    [GeneratedRegex(
        @"System\.Net\.Sockets|\bnew Socket\(|TcpClient|TcpListener", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SocketTypes();
}
